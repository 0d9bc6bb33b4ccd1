# Stands for ExchangeOnlineManagement, with the parameters that the scripts use.
Import-Module (Join-Path $PSScriptRoot '../FakeTenant.psm1')

function Connect-ExchangeOnline {
    [CmdletBinding()] param([bool] $ShowBanner = $true)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    if ($ShowBanner) { 'This V3 EXO PowerShell module contains new REST API backed Exchange Online cmdlets.' }
}

function Get-Mailbox {
    [CmdletBinding()] param([string] $Identity)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $mailbox = $global:Tenant.Mailboxes | Where-Object { $Identity -in $_.Alias, $_.PrimarySmtpAddress }
    if (-not $mailbox) { $PSCmdlet.WriteError((New-TenantError "The object '$Identity' couldn't be found.")) }
    $mailbox
}

function Get-ServicePrincipal {
    [CmdletBinding()] param()
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $global:Tenant.MailPrincipals
}

function New-ServicePrincipal {
    [CmdletBinding()] param([string] $AppId, [string] $ObjectId, [string] $DisplayName)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $principal = [pscustomobject]@{ AppId = $AppId; ObjectId = $ObjectId; DisplayName = $DisplayName }
    $global:Tenant.MailPrincipals += $principal
    $principal
}

function Get-ManagementScope {
    [CmdletBinding()] param()
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $global:Tenant.MailScopes
}

function New-ManagementScope {
    [CmdletBinding()] param([string] $Name, [string] $RecipientRestrictionFilter)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $scope = [pscustomobject]@{ Name = $Name; RecipientFilter = $RecipientRestrictionFilter }
    $global:Tenant.MailScopes += $scope
    $scope
}

function Set-ManagementScope {
    [CmdletBinding()] param([string] $Identity, [string] $RecipientRestrictionFilter)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    ($global:Tenant.MailScopes | Where-Object Name -EQ $Identity).RecipientFilter = $RecipientRestrictionFilter
}

function Get-ManagementRoleAssignment {
    [CmdletBinding()] param([string] $Role)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $global:Tenant.MailAssignments | Where-Object Role -EQ $Role
}

function New-ManagementRoleAssignment {
    [CmdletBinding()] param([string] $Name, [string] $App, [string] $Role, [string] $CustomResourceScope)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $assignment = [pscustomobject]@{ Name = $Name; App = $App; Role = $Role; CustomResourceScope = $CustomResourceScope }
    $global:Tenant.MailAssignments += $assignment
    $assignment
}

function Test-ServicePrincipalAuthorization {
    [CmdletBinding()] param([string] $Identity, [string] $Resource)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $principal = $global:Tenant.MailPrincipals | Where-Object ObjectId -EQ $Identity
    $address = ($global:Tenant.Mailboxes | Where-Object { $Resource -in $_.Alias, $_.PrimarySmtpAddress }).PrimarySmtpAddress
    foreach ($assignment in $global:Tenant.MailAssignments | Where-Object App -EQ $principal.AppId) {
        $scope = $global:Tenant.MailScopes | Where-Object Name -EQ $assignment.CustomResourceScope
        [pscustomobject]@{
            RoleName             = $assignment.Role
            AllowedResourceScope = $scope.Name
            InScope              = $scope.RecipientFilter -eq "PrimarySmtpAddress -eq '$($address.Replace("'", "''"))'"
        }
    }
}

Export-ModuleMember -Function *-*
