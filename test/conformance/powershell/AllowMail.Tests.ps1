BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Commands.ps1')
    $commands = Get-ForeignCommand 'allow-mail.ps1' 'ExchangeOnlineManagement'
}

Describe 'allow-mail.ps1' {
    BeforeAll {
        . (Join-Path $PSScriptRoot 'Support.ps1')
        $parameters = @{
            IdentityClientId    = '0a6f3f38-5c0e-4f83-a2a5-4f5f2f4bb001'
            IdentityPrincipalId = 'c7b6f1a2-98b1-4c6e-8d3f-20f7c5f9a001'
            Mailbox             = 'security'
        }
        function Invoke-Allow([string] $Mailbox = 'security') { Invoke-Script 'allow-mail.ps1' ($parameters + @{} | ForEach-Object { $_.Mailbox = $Mailbox; $_ }) }
        function Add-Other {
            $Tenant.MailPrincipals += [pscustomobject]@{ AppId = "$(New-Guid)"; ObjectId = "$(New-Guid)"; DisplayName = 'Another' }
            $Tenant.MailScopes += [pscustomobject]@{ Name = 'Another'; RecipientFilter = "Name -eq 'x'" }
            $Tenant.MailAssignments += [pscustomobject]@{ Name = 'Another'; App = "$(New-Guid)"; Role = 'Application Mail.Send'; CustomResourceScope = 'Another' }
        }
    }
    BeforeEach {
        Reset-Tenant
        $Tenant.Mailboxes = @(
            [pscustomobject]@{ Alias = 'security'; PrimarySmtpAddress = 'security@contoso.com' }
            [pscustomobject]@{ Alias = 'obrien'; PrimarySmtpAddress = "o'brien@contoso.com" }
        )
    }

    It 'allows one mailbox where <_> other applications have something' -ForEach 0, 1, 2 {
        for ($other = 0; $other -lt $_; $other++) { Add-Other }
        $said = Invoke-Allow
        Get-TenantChange | Should -Be 'New-ServicePrincipal', 'New-ManagementScope', 'New-ManagementRoleAssignment'
        $Tenant.MailScopes[-1].RecipientFilter | Should -Be "PrimarySmtpAddress -eq 'security@contoso.com'"
        $Tenant.MailAssignments[-1].CustomResourceScope | Should -Be $Tenant.MailScopes[-1].Name
        $Tenant.MailAssignments[-1].Role | Should -Be 'Application Mail.Send'
        $Tenant.MailAssignments[-1].App | Should -Be $parameters.IdentityClientId
        $said | Should -HaveCount 1
        $said | Should -BeLike '*InScope=True*'
    }

    It 'changes nothing when it is run again' {
        $null = Invoke-Allow
        $Tenant.Calls.Clear()
        $null = Invoke-Allow
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'moves the permission to another mailbox' {
        $null = Invoke-Allow
        $Tenant.Calls.Clear()
        Invoke-Allow 'obrien' | Should -BeLike '*InScope=True*'
        Get-TenantChange | Should -Be 'Set-ManagementScope'
        $Tenant.MailScopes[-1].RecipientFilter | Should -Be "PrimarySmtpAddress -eq 'o''brien@contoso.com'"
    }

    It 'completes what broke off before <_>' -ForEach 'New-ServicePrincipal', 'New-ManagementScope', 'New-ManagementRoleAssignment' {
        $Tenant.Failing = $_
        $null = Invoke-FailingScript 'allow-mail.ps1' $parameters
        $Tenant.Failing = $null
        Invoke-Allow | Should -BeLike '*InScope=True*'
    }

    It 'warns where the assignment is that of another identity' {
        $null = Invoke-Allow
        $Tenant.MailAssignments[0].App = "$(New-Guid)"
        Invoke-Allow | Should -BeLike '*may not send from security@contoso.com*Remove-ManagementRoleAssignment*'
    }

    It 'names a mailbox that is not there' {
        (Invoke-FailingScript 'allow-mail.ps1' ($parameters + @{} | ForEach-Object { $_.Mailbox = 'nobody'; $_ })).Message | Should -BeLike "*'nobody'*"
        Get-TenantChange | Should -BeNullOrEmpty
    }

    It 'stops where <_> fails, with its message' -ForEach $commands {
        if ($_ -eq 'Set-ManagementScope') {
            $null = Invoke-Allow
            $Tenant.MailScopes[0].RecipientFilter = "PrimarySmtpAddress -eq 'other@contoso.com'"
        }
        $Tenant.Failing = $_
        $failed = Invoke-FailingScript 'allow-mail.ps1' $parameters
        $failed.Message | Should -Be "$_ was refused: Insufficient privileges."
        $Tenant.Calls[-1] | Should -Be $_
    }
}
