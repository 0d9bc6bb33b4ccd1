# Grants the identity of the app its permissions in Microsoft Graph: those of permissions.json, no more.
# Needs the module Microsoft.Graph.Applications, and a Privileged Role Administrator. Running it again changes nothing.
param(
    [Parameter(Mandatory)] [guid] $IdentityPrincipalId
)
$ErrorActionPreference = 'Stop'

Connect-MgGraph -Scopes 'AppRoleAssignment.ReadWrite.All', 'Application.Read.All' -NoWelcome
$graph = Get-MgServicePrincipal -Filter "appId eq '00000003-0000-0000-c000-000000000000'"
$granted = (Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $IdentityPrincipalId -All).AppRoleId

foreach ($entry in Get-Content (Join-Path $PSScriptRoot 'permissions.json') -Raw | ConvertFrom-Json) {
    $role = $graph.AppRoles | Where-Object { $_.Value -eq $entry.permission -and $_.AllowedMemberTypes -contains 'Application' }
    if (-not $role) { throw "Microsoft Graph has no application permission $($entry.permission)." }
    if ($granted -contains $role.Id) {
        Write-Host "$($entry.permission) was granted before"
        continue
    }
    New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $IdentityPrincipalId `
        -PrincipalId $IdentityPrincipalId -ResourceId $graph.Id -AppRoleId $role.Id | Out-Null
    Write-Host "$($entry.permission) granted: $($entry.for)"
}
