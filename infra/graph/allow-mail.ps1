#Requires -Version 7.2
#Requires -Modules ExchangeOnlineManagement

<#
.SYNOPSIS
Lets the identity of the app send mail from one mailbox, and from no other (RBAC for Applications in Exchange Online).
.DESCRIPTION
Needs the module ExchangeOnlineManagement, and an Exchange Administrator. Do not grant Mail.Send in Entra ID beside it:
grants add up, and that one is for every mailbox of the tenant. It takes up to half an hour to take effect. Running it
again completes what is missing, and otherwise changes nothing; with another mailbox, it moves the permission there.
#>
param(
    [Parameter(Mandatory)] [guid] $IdentityClientId,
    [Parameter(Mandatory)] [guid] $IdentityPrincipalId,
    [Parameter(Mandatory)] [string] $Mailbox
)
$ErrorActionPreference = 'Stop'
# Commands of a module ignore the preference of the script, and would continue after an error.
$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop' }
$name = 'Per-user MFA mail'
$role = 'Application Mail.Send'

Connect-ExchangeOnline -ShowBanner:$false
$address = [string] (Get-Mailbox -Identity $Mailbox).PrimarySmtpAddress
$filter = "PrimarySmtpAddress -eq '$($address.Replace("'", "''"))'"

# Lists are searched, as asking for what is not there is an error like every other.
if (-not (Get-ServicePrincipal | Where-Object { [string] $_.ObjectId -eq $IdentityPrincipalId })) {
    $null = New-ServicePrincipal -AppId $IdentityClientId -ObjectId $IdentityPrincipalId -DisplayName $name
}
$scope = Get-ManagementScope | Where-Object Name -EQ $name
if (-not $scope) {
    $null = New-ManagementScope -Name $name -RecipientRestrictionFilter $filter
}
elseif ($scope.RecipientFilter -ne $filter) {
    Set-ManagementScope -Identity $name -RecipientRestrictionFilter $filter
}
if (-not (Get-ManagementRoleAssignment -Role $role | Where-Object Name -EQ $name)) {
    $null = New-ManagementRoleAssignment -Name $name -App $IdentityClientId -Role $role -CustomResourceScope $name
}

$authorized = @(Test-ServicePrincipalAuthorization -Identity $IdentityPrincipalId -Resource $Mailbox)
$authorized
if (-not ($authorized | Where-Object { $_.RoleName -eq $role -and [string] $_.InScope -eq 'True' })) {
    Write-Warning ("The identity may not send from $address. The role assignment '$name' may be that of another " +
        "identity: if so, run 'Remove-ManagementRoleAssignment ""$name""', and this script again.")
}
