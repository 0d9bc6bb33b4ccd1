# Registers the API in Entra ID, with the roles of app-roles.json, and prints its application id.
# Needs the module Microsoft.Graph.Applications, and an Application Administrator. Running it again updates the roles.
param(
    [Parameter(Mandatory)] [string] $EnvironmentName
)
$ErrorActionPreference = 'Stop'

Connect-MgGraph -Scopes 'Application.ReadWrite.All' -NoWelcome
$uniqueName = "per-user-mfa-$EnvironmentName"
$tenantId = (Get-MgContext).TenantId
$roles = Get-Content (Join-Path $PSScriptRoot 'app-roles.json') -Raw | ConvertFrom-Json | ForEach-Object {
    @{
        Id                 = $_.id
        Value              = $_.value
        DisplayName        = $_.displayName
        Description        = $_.description
        AllowedMemberTypes = @('User', 'Application')
        IsEnabled          = $true
    }
}

$api = Get-MgApplication -Filter "uniqueName eq '$uniqueName'"
if ($api) {
    Update-MgApplication -ApplicationId $api.Id -AppRoles $roles
}
else {
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
# Only those who are assigned a role get a token.
$principal = Get-MgServicePrincipal -Filter "appId eq '$($api.AppId)'"
if ($principal) { Update-MgServicePrincipal -ServicePrincipalId $principal.Id -AppRoleAssignmentRequired }
else { New-MgServicePrincipal -AppId $api.AppId -AppRoleAssignmentRequired | Out-Null }

Write-Host "API_CLIENT_ID=$($api.AppId)"
Write-Host "Callers ask for a token of api://$tenantId/$uniqueName"
