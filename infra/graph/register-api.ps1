#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Applications

<#
.SYNOPSIS
Registers the API in Entra ID, with the roles of app-roles.json, and prints its application id.
.DESCRIPTION
Needs the module Microsoft.Graph.Applications, and an Application Administrator. Running it again completes what is
missing, updates the roles when they changed, and otherwise changes nothing.
Entra ID makes the person who registers an application its owner, and an owner may assign its roles to anyone. So the script
removes all owners. Afterwards, Application Administrators manage the registration.
#>
param(
    # The name of the installation, as azd has it.
    [Parameter(Mandatory)] [ValidatePattern('^[\w.-]+$')] [string] $EnvironmentName
)
$ErrorActionPreference = 'Stop'
# Commands of a module ignore the preference of the script, and would continue after an error.
$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop' }

# What a role says, to find out whether two say the same.
function Get-RoleText($Role) {
    $members = @($Role.AllowedMemberTypes | Sort-Object) -join ','
    $Role.Id, $Role.Value, $Role.DisplayName, $Role.Description, $members, $Role.IsEnabled -join '|'
}

Connect-MgGraph -Scopes 'Application.ReadWrite.All' -NoWelcome
$uniqueName = "per-user-mfa-$EnvironmentName"
$tenantId = (Get-MgContext).TenantId
$roles = @(
    Get-Content (Join-Path $PSScriptRoot 'app-roles.json') -Raw | ConvertFrom-Json | ForEach-Object {
        @{
            Id                 = $_.id
            Value              = $_.value
            DisplayName        = $_.displayName
            Description        = $_.description
            AllowedMemberTypes = @('User', 'Application')
            IsEnabled          = $true
        }
    }
)

$api = Get-MgApplication -Filter "uniqueName eq '$uniqueName'"
if (-not $api) {
    $api = New-MgApplication -UniqueName $uniqueName -DisplayName "Per-user MFA ($EnvironmentName)" `
        -SignInAudience 'AzureADMyOrg' -IdentifierUris "api://$tenantId/$uniqueName" -AppRoles $roles -Api @{
            RequestedAccessTokenVersion = 2
            Oauth2PermissionScopes      = @(@{
                    Id                      = [guid]::NewGuid()
                    Value                   = 'access'
                    Type                    = 'Admin'
                    IsEnabled               = $true
                    AdminConsentDisplayName = 'Use the per-user MFA service'
                    AdminConsentDescription = 'Calls the per-user MFA service as the signed-in user, within the roles that the user has.'
                })
        }
}
else {
    $wanted = @($roles | ForEach-Object { Get-RoleText $_ } | Sort-Object)
    $present = @($api.AppRoles | ForEach-Object { Get-RoleText $_ } | Sort-Object)
    if (($wanted -join "`n") -cne ($present -join "`n")) { Update-MgApplication -ApplicationId $api.Id -AppRoles $roles }
}

# Only those who are assigned a role get a token.
$principal = Get-MgServicePrincipal -Filter "appId eq '$($api.AppId)'"
if (-not $principal) { $principal = New-MgServicePrincipal -AppId $api.AppId -AppRoleAssignmentRequired }
elseif (-not $principal.AppRoleAssignmentRequired) {
    Update-MgServicePrincipal -ServicePrincipalId $principal.Id -AppRoleAssignmentRequired
}

# Removed last, because the signed-in person may need the ownership until here. Read again, as a removal may be refused.
foreach ($owner in @(Get-MgApplicationOwner -ApplicationId $api.Id -All)) {
    Remove-MgApplicationOwnerDirectoryObjectByRef -ApplicationId $api.Id -DirectoryObjectId $owner.Id
}
foreach ($owner in @(Get-MgServicePrincipalOwner -ServicePrincipalId $principal.Id -All)) {
    Remove-MgServicePrincipalOwnerDirectoryObjectByRef -ServicePrincipalId $principal.Id -DirectoryObjectId $owner.Id
}
$left = @(
    Get-MgApplicationOwner -ApplicationId $api.Id -All
    Get-MgServicePrincipalOwner -ServicePrincipalId $principal.Id -All
)
if ($left) {
    throw ("The registration still has owners: $(@($left.Id | Sort-Object -Unique) -join ', '). An owner may assign the roles to " +
        'anyone. Remove them in App registrations and in Enterprise applications, Owners; or run this script again.')
}

Write-Host "API_CLIENT_ID=$($api.AppId)"
Write-Host "Callers request tokens for api://$tenantId/$uniqueName"
