BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Commands.ps1')
    $commands = Get-ForeignCommand 'grant-permissions.ps1' 'Microsoft.Graph.Applications'
}

Describe 'grant-permissions.ps1' {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'Support.ps1')
        $identity = 'c7b6f1a2-98b1-4c6e-8d3f-20f7c5f9a001'
        $wanted = @((Get-Content (Join-Path $graphFolder 'permissions.json') -Raw | ConvertFrom-Json).permission)

        function Invoke-Grant { Invoke-Script 'grant-permissions.ps1' @{ IdentityPrincipalId = $identity } }
        function Get-Granted {
            $ids = @($Tenant.RoleAssignments | Where-Object { $_.PrincipalId -eq $identity -and $_.ResourceId -eq $graph.Id } | ForEach-Object AppRoleId)
            @($graph.AppRoles | Where-Object Id -In $ids | ForEach-Object Value)
        }
        function Add-Granted([string] $Permission, [string] $ResourceId = $graph.Id) {
            $id = ($graph.AppRoles | Where-Object Value -EQ $Permission | Select-Object -First 1).Id
            $Tenant.RoleAssignments += [pscustomobject]@{ PrincipalId = $identity; ResourceId = $ResourceId; AppRoleId = $id }
        }
    }
    BeforeEach {
        Reset-Tenant
        $graph = [pscustomobject]@{
            Id       = "$(New-Guid)"
            AppId    = '00000003-0000-0000-c000-000000000000'
            AppRoles = @('Mail.Send') + $wanted | ForEach-Object {
                # Some names are those of a permission for users too, with another id.
                [pscustomobject]@{ Id = "$(New-Guid)"; Value = $_; AllowedMemberTypes = @('Application') }
                [pscustomobject]@{ Id = "$(New-Guid)"; Value = $_; AllowedMemberTypes = @('User') }
            }
        }
        $Tenant.Principals = @($graph)
    }

    It 'grants all of permissions.json, and no more, where nothing is granted yet' {
        $said = Invoke-Grant
        Get-Granted | Sort-Object | Should -Be ($wanted | Sort-Object)
        $Tenant.RoleAssignments | Should -HaveCount $wanted.Count
        $said | Should -HaveCount $wanted.Count
        $said[0] | Should -BeLike "$($wanted[0]) granted: *"
    }

    It 'changes nothing when it is run again' {
        $null = Invoke-Grant
        $Tenant.Calls.Clear()
        Invoke-Grant | ForEach-Object { $_ | Should -BeLike '* was granted before' }
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'grants what is missing where <_> are granted' -ForEach 1, 2, 6 {
        $wanted | Select-Object -First $_ | ForEach-Object { Add-Granted $_ }
        $null = Invoke-Grant
        Get-TenantChange | Should -HaveCount ($wanted.Count - $_)
        Get-Granted | Sort-Object | Should -Be ($wanted | Sort-Object)
    }

    It 'does not take a permission of another API for one of Microsoft Graph' {
        Add-Granted $wanted[0] -ResourceId "$(New-Guid)"
        $null = Invoke-Grant
        Get-Granted | Should -HaveCount $wanted.Count
    }

    It 'sees all that is granted, however much it is' {
        1..150 | ForEach-Object { $Tenant.RoleAssignments += [pscustomobject]@{ PrincipalId = $identity; ResourceId = "$(New-Guid)"; AppRoleId = "$(New-Guid)" } }
        $wanted | ForEach-Object { Add-Granted $_ }
        $null = Invoke-Grant
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'grants nothing where Microsoft Graph does not know a permission' {
        $graph.AppRoles = @($graph.AppRoles | Where-Object Value -NE $wanted[-1])
        $failed = Invoke-FailingScript 'grant-permissions.ps1' @{ IdentityPrincipalId = $identity }
        $failed.Message | Should -Be "Microsoft Graph has no application permission $($wanted[-1])."
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'says that the tenant is a strange one where it has no Microsoft Graph' {
        $Tenant.Principals = @()
        (Invoke-FailingScript 'grant-permissions.ps1' @{ IdentityPrincipalId = $identity }).Message | Should -BeLike '*Get-MgContext*'
    }

    It 'stops where <_> fails, with its message, and claims nothing' -ForEach $commands {
        $Tenant.Failing = $_
        $failed = Invoke-FailingScript 'grant-permissions.ps1' @{ IdentityPrincipalId = $identity }
        $failed.Message | Should -Be "$_ was refused: Insufficient privileges."
        $failed.Said | Should -BeNullOrEmpty
        $Tenant.Calls[-1] | Should -Be $_
    }
}
