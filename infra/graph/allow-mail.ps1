# Lets the identity of the app send mail from one mailbox, and from no other (RBAC for Applications in Exchange Online).
# Needs the module ExchangeOnlineManagement, and an Exchange Administrator. Do not grant Mail.Send in Entra ID beside
# it: grants add up, and that one is for every mailbox of the tenant. It takes up to half an hour to take effect.
param(
    [Parameter(Mandatory)] [guid] $IdentityClientId,
    [Parameter(Mandatory)] [guid] $IdentityPrincipalId,
    [Parameter(Mandatory)] [string] $Mailbox
)
$ErrorActionPreference = 'Stop'
$name = 'Per-user MFA mail'

Connect-ExchangeOnline -ShowBanner:$false
$address = (Get-Mailbox -Identity $Mailbox).PrimarySmtpAddress

if (-not (Get-ServicePrincipal -Identity $IdentityPrincipalId.ToString() -ErrorAction SilentlyContinue)) {
    New-ServicePrincipal -AppId $IdentityClientId -ObjectId $IdentityPrincipalId -DisplayName $name | Out-Null
}
$filter = "PrimarySmtpAddress -eq '$address'"
if (Get-ManagementScope -Identity $name -ErrorAction SilentlyContinue) {
    Set-ManagementScope -Identity $name -RecipientRestrictionFilter $filter
}
else {
    New-ManagementScope -Name $name -RecipientRestrictionFilter $filter | Out-Null
}
if (-not (Get-ManagementRoleAssignment -Identity $name -ErrorAction SilentlyContinue)) {
    New-ManagementRoleAssignment -Name $name -App $IdentityClientId -Role 'Application Mail.Send' -CustomResourceScope $name | Out-Null
}
Test-ServicePrincipalAuthorization -Identity $IdentityPrincipalId.ToString() -Resource $Mailbox
