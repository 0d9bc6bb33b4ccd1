BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Commands.ps1')
    $commands = Get-ForeignCommand 'grant-permissions.ps1' 'Microsoft.Graph.Applications'
}

Describe 'grant-permissions.ps1' {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'Support.ps1')
        $identities = @{ front = 'c7b6f1a2-98b1-4c6e-8d3f-20f7c5f9a001'; workers = 'c7b6f1a2-98b1-4c6e-8d3f-20f7c5f9a002' }
        $both = @{ FrontPrincipalId = $identities.front; WorkersPrincipalId = $identities.workers }
        $permissions = @(Get-Content (Join-Path $graphFolder 'permissions.json') -Raw | ConvertFrom-Json)
        $wanted = @{}
        foreach ($app in 'front', 'workers') { $wanted[$app] = @($permissions | Where-Object { $_.apps -contains $app } | ForEach-Object permission) }
        $count = $wanted.front.Count + $wanted.workers.Count

        function Invoke-Grant { Invoke-Script 'grant-permissions.ps1' $both }
        function Get-Granted([string] $App) {
            $ids = @($Tenant.RoleAssignments | Where-Object { $_.PrincipalId -eq $identities[$App] -and $_.ResourceId -eq $graph.Id } | ForEach-Object AppRoleId)
            @($graph.AppRoles | Where-Object Id -In $ids | ForEach-Object Value)
        }
        function Add-Granted([string] $App, [string] $Permission, [string] $ResourceId = $graph.Id) {
            $id = ($graph.AppRoles | Where-Object Value -EQ $Permission | Select-Object -First 1).Id
            $Tenant.RoleAssignments += [pscustomobject]@{ Id = "$(New-Guid)"; PrincipalId = $identities[$App]; ResourceId = $ResourceId; AppRoleId = $id }
        }
    }
    BeforeEach {
        Reset-Tenant
        $graph = [pscustomobject]@{
            Id       = "$(New-Guid)"
            AppId    = '00000003-0000-0000-c000-000000000000'
            AppRoles = @('Mail.Send') + @($permissions.permission) | ForEach-Object {
                # Some names are those of a permission for users too, with another id.
                [pscustomobject]@{ Id = "$(New-Guid)"; Value = $_; AllowedMemberTypes = @('Application') }
                [pscustomobject]@{ Id = "$(New-Guid)"; Value = $_; AllowedMemberTypes = @('User') }
            }
        }
        $Tenant.Principals = @($graph)
    }

    It 'grants each identity its part of permissions.json, and no more, where nothing is granted yet' {
        $said = Invoke-Grant
        foreach ($app in 'front', 'workers') { Get-Granted $app | Sort-Object | Should -Be ($wanted[$app] | Sort-Object) }
        $Tenant.RoleAssignments | Should -HaveCount $count
        $said | Should -HaveCount $count
        $said[0] | Should -BeLike "front: $($wanted.front[0]) granted: *"
    }

    It 'grants the API nothing that writes' {
        $null = Invoke-Grant
        Get-Granted 'front' | Should -Not -BeNullOrEmpty
        Get-Granted 'front' | Where-Object { $_ -match 'Write|Send' } | Should -BeNullOrEmpty
        Get-Granted 'workers' | Should -Contain 'Policy.ReadWrite.AuthenticationMethod'
    }

    It 'changes nothing when it is run again' {
        $null = Invoke-Grant
        $Tenant.Calls.Clear()
        Invoke-Grant | ForEach-Object { $_ | Should -BeLike '* was granted before' }
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'grants what is missing where <_> are granted' -ForEach 1, 2, 6 {
        $wanted.workers | Select-Object -First $_ | ForEach-Object { Add-Granted 'workers' $_ }
        $null = Invoke-Grant
        Get-TenantChange | Should -HaveCount ($count - $_)
        Get-Granted 'workers' | Sort-Object | Should -Be ($wanted.workers | Sort-Object)
    }

    It 'warns of a permission that an identity does not need, and removes nothing' {
        Add-Granted 'front' 'Policy.ReadWrite.AuthenticationMethod'
        Add-Granted 'workers' 'Mail.Send'
        $said = Invoke-Grant
        $warnings = @($said | Where-Object { $_ -like '*does not need*' })
        $warnings[0] | Should -BeLike "front also has Policy.ReadWrite.AuthenticationMethod, *-AppRoleAssignmentId $($Tenant.RoleAssignments[0].Id)"
        $warnings[1] | Should -BeLike 'workers also has Mail.Send, *'
        $warnings | Should -HaveCount 2
        Get-TenantChange | Where-Object { $_ -like 'Remove-*' } | Should -BeNullOrEmpty
    }

    It 'does not take one identity for both apps' {
        $same = @{ FrontPrincipalId = $identities.front; WorkersPrincipalId = $identities.front }
        (Invoke-FailingScript 'grant-permissions.ps1' $same).Message | Should -BeLike 'The two identities are the same.*'
        $Tenant.Calls | Should -BeNullOrEmpty
    }

    It 'does not take a permission of another API for one of Microsoft Graph' {
        Add-Granted 'workers' $wanted.workers[0] -ResourceId "$(New-Guid)"
        $null = Invoke-Grant
        Get-Granted 'workers' | Should -HaveCount $wanted.workers.Count
    }

    It 'sees all that is granted, however much it is' {
        1..150 | ForEach-Object { $Tenant.RoleAssignments += [pscustomobject]@{ Id = "$(New-Guid)"; PrincipalId = $identities.workers; ResourceId = "$(New-Guid)"; AppRoleId = "$(New-Guid)" } }
        foreach ($app in 'front', 'workers') { $wanted[$app] | ForEach-Object { Add-Granted $app $_ } }
        $null = Invoke-Grant
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'grants nothing where Microsoft Graph does not know a permission' {
        $graph.AppRoles = @($graph.AppRoles | Where-Object Value -NE $wanted.workers[-1])
        $failed = Invoke-FailingScript 'grant-permissions.ps1' $both
        $failed.Message | Should -Be "Microsoft Graph has no application permission $($wanted.workers[-1])."
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'says that the tenant is a strange one where it has no Microsoft Graph' {
        $Tenant.Principals = @()
        (Invoke-FailingScript 'grant-permissions.ps1' $both).Message | Should -BeLike '*Get-MgContext*'
    }

    It 'stops where <_> fails, with its message, and claims nothing' -ForEach $commands {
        $Tenant.Failing = $_
        $failed = Invoke-FailingScript 'grant-permissions.ps1' $both
        $failed.Message | Should -Be "$_ was refused: Insufficient privileges."
        $failed.Said | Should -BeNullOrEmpty
        $Tenant.Calls[-1] | Should -Be $_
    }
}
