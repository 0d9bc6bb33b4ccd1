#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Applications

<#
.SYNOPSIS
Grants the identity of the app its permissions in Microsoft Graph: those of permissions.json, no more.
.DESCRIPTION
Needs the module Microsoft.Graph.Applications, and a Privileged Role Administrator. Running it again changes nothing.
#>
param(
    [Parameter(Mandatory)] [guid] $IdentityPrincipalId
)
$ErrorActionPreference = 'Stop'
# Commands of a module ignore the preference of the script, and would continue after an error.
$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop' }

Connect-MgGraph -Scopes 'AppRoleAssignment.ReadWrite.All', 'Application.Read.All' -NoWelcome
$graph = Get-MgServicePrincipal -Filter "appId eq '00000003-0000-0000-c000-000000000000'"
if (-not $graph) { throw 'This tenant has no service principal of Microsoft Graph. Check which tenant you signed in to: Get-MgContext.' }
$granted = @(
    Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $IdentityPrincipalId -All |
        Where-Object ResourceId -EQ $graph.Id |
        ForEach-Object AppRoleId
)

# All of them are looked up before the first is granted.
$entries = foreach ($entry in Get-Content (Join-Path $PSScriptRoot 'permissions.json') -Raw | ConvertFrom-Json) {
    $role = $graph.AppRoles | Where-Object { $_.Value -eq $entry.permission -and $_.AllowedMemberTypes -contains 'Application' }
    if (-not $role) { throw "Microsoft Graph has no application permission $($entry.permission)." }
    [pscustomobject]@{ Name = $entry.permission; For = $entry.for; RoleId = $role.Id }
}

foreach ($entry in $entries) {
    if ($granted -contains $entry.RoleId) {
        Write-Host "$($entry.Name) was granted before"
        continue
    }
    $null = New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $IdentityPrincipalId `
        -PrincipalId $IdentityPrincipalId -ResourceId $graph.Id -AppRoleId $entry.RoleId
    Write-Host "$($entry.Name) granted: $($entry.For)"
}
