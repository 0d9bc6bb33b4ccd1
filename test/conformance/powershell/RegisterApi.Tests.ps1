BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Commands.ps1')
    $commands = Get-ForeignCommand 'register-api.ps1' 'Microsoft.Graph.Applications'
}

Describe 'register-api.ps1' {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'Support.ps1')
        $roles = Get-Content (Join-Path $graphFolder 'app-roles.json') -Raw | ConvertFrom-Json
        function Invoke-Register { Invoke-Script 'register-api.ps1' @{ EnvironmentName = 'prod' } }
    }
    BeforeEach { Reset-Tenant }

    It 'registers the API with its roles, and only for those who are assigned one' {
        $said = Invoke-Register
        $Tenant.Applications | Should -HaveCount 1
        $api = $Tenant.Applications[0]
        $api.UniqueName | Should -Be 'per-user-mfa-prod'
        $api.SignInAudience | Should -Be 'AzureADMyOrg'
        $api.IdentifierUris | Should -Be "api://$($Tenant.Id)/per-user-mfa-prod"
        $api.Api.RequestedAccessTokenVersion | Should -Be 2
        $api.AppRoles.Value | Should -Be $roles.value
        $api.AppRoles.Id | Should -Be $roles.id
        $Tenant.Principals | Should -HaveCount 1
        $Tenant.Principals[0].AppId | Should -Be $api.AppId
        $Tenant.Principals[0].AppRoleAssignmentRequired | Should -BeTrue
        $api.Owners | Should -BeNullOrEmpty
        $Tenant.Principals[0].Owners | Should -BeNullOrEmpty
        $said | Should -Be "API_CLIENT_ID=$($api.AppId)", "Callers request tokens for api://$($Tenant.Id)/per-user-mfa-prod"
    }

    It 'changes nothing when it is run again, and says the same' {
        $first = Invoke-Register
        $Tenant.Calls.Clear()
        Invoke-Register | Should -Be $first
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'does not depend on the order in which Entra lists roles and their members' {
        $null = Invoke-Register
        [array]::Reverse($Tenant.Applications[0].AppRoles)
        $Tenant.Applications[0].AppRoles | ForEach-Object { $_.AllowedMemberTypes = @('Application', 'User') }
        $Tenant.Calls.Clear()
        $null = Invoke-Register
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'updates the roles where <Case>' -ForEach @(
        @{ Case = 'there are none'; Present = { @() } }
        @{ Case = 'there is one of them'; Present = { @($args[0]) } }
        @{ Case = 'one is worded differently'; Present = { $args[1].Description = 'Other words.'; $args } }
        @{ Case = 'one is disabled'; Present = { $args[1].IsEnabled = $false; $args } }
    ) {
        $null = Invoke-Register
        $all = $Tenant.Applications[0].AppRoles
        $Tenant.Applications[0].AppRoles = @(& $Present @all)
        $Tenant.Calls.Clear()
        $null = Invoke-Register
        Get-TenantChange | Should -Be 'Update-MgApplication'
        $Tenant.Applications[0].AppRoles.Description | Should -Be $roles.description
        $Tenant.Applications[0].AppRoles.IsEnabled | Should -Not -Contain $false
    }

    It 'completes what broke off after the application was made' {
        $null = Invoke-Register
        $Tenant.Principals = @()
        $Tenant.Calls.Clear()
        $null = Invoke-Register
        Get-TenantChange | Should -Be 'New-MgServicePrincipal', 'Remove-MgServicePrincipalOwnerDirectoryObjectByRef'
    }

    It 'closes an API that gives tokens to everybody' {
        $null = Invoke-Register
        $Tenant.Principals[0].AppRoleAssignmentRequired = $false
        $Tenant.Calls.Clear()
        $null = Invoke-Register
        Get-TenantChange | Should -Be 'Update-MgServicePrincipal'
        $Tenant.Principals[0].AppRoleAssignmentRequired | Should -BeTrue
    }

    It 'removes all owners of the application and of its service principal, also those who were added later' {
        $null = Invoke-Register
        $Tenant.Applications[0].Owners = 1..120 | ForEach-Object { "owner $_" }
        $Tenant.Principals[0].Owners = @('another')
        $null = Invoke-Register
        $Tenant.Applications[0].Owners | Should -BeNullOrEmpty
        $Tenant.Principals[0].Owners | Should -BeNullOrEmpty
    }

    It 'does not say that the API is registered while it has an owner' {
        $Tenant.KeptOwners = @($Tenant.SignedIn)
        $failed = Invoke-FailingScript 'register-api.ps1' @{ EnvironmentName = 'prod' }
        $failed.Message | Should -BeLike "*still has owners: $($Tenant.SignedIn). *"
        $failed.Said | Should -BeNullOrEmpty
    }

    It 'takes no name that would be something else in a filter' {
        { Invoke-Script 'register-api.ps1' @{ EnvironmentName = "a' or displayName eq 'b" } } | Should -Throw '*EnvironmentName*'
        $Tenant.Calls | Should -BeNullOrEmpty
    }

    It 'stops where <_> fails, with its message, and claims nothing' -ForEach $commands {
        if ($_ -like 'Update-*') {
            $null = Invoke-Register
            $Tenant.Applications[0].AppRoles[0].Description = 'Other words.'
            $Tenant.Principals[0].AppRoleAssignmentRequired = $false
        }
        $Tenant.Failing = $_
        $failed = Invoke-FailingScript 'register-api.ps1' @{ EnvironmentName = 'prod' }
        $failed.Message | Should -Be "$_ was refused: Insufficient privileges."
        $failed.Said | Should -BeNullOrEmpty
        $Tenant.Calls[-1] | Should -Be $_
    }
}
