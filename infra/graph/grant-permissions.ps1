#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Applications

<#
.SYNOPSIS
Grants the identities of the two apps their permissions in Microsoft Graph: those of permissions.json, no more.
.DESCRIPTION
Needs the module Microsoft.Graph.Applications, and a Privileged Role Administrator. Running it again changes nothing. It
warns of permissions that an identity has beyond the list, and how to remove them.
#>
param(
    # FRONT_PRINCIPAL_ID of the deployment: the app with the API, which only reads.
    [Parameter(Mandatory)] [guid] $FrontPrincipalId,
    # WORKERS_PRINCIPAL_ID of the deployment: the app that changes users.
    [Parameter(Mandatory)] [guid] $WorkersPrincipalId
)
$ErrorActionPreference = 'Stop'
# Commands of a module ignore the preference of the script, and would continue after an error.
$PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop' }
if ($FrontPrincipalId -eq $WorkersPrincipalId) { throw 'The two identities are the same. The API must not have the permissions of the workers.' }

Connect-MgGraph -Scopes 'AppRoleAssignment.ReadWrite.All', 'Application.Read.All' -NoWelcome
$graph = Get-MgServicePrincipal -Filter "appId eq '00000003-0000-0000-c000-000000000000'"
if (-not $graph) { throw 'This tenant has no service principal of Microsoft Graph. Check which tenant you signed in to: Get-MgContext.' }

# All of them are looked up before the first is granted.
$entries = foreach ($entry in Get-Content (Join-Path $PSScriptRoot 'permissions.json') -Raw | ConvertFrom-Json) {
    $role = $graph.AppRoles | Where-Object { $_.Value -eq $entry.permission -and $_.AllowedMemberTypes -contains 'Application' }
    if (-not $role) { throw "Microsoft Graph has no application permission $($entry.permission)." }
    [pscustomobject]@{ Name = $entry.permission; For = $entry.for; Apps = $entry.apps; RoleId = $role.Id }
}
$identities = @(
    [pscustomobject]@{ App = 'front'; Id = $FrontPrincipalId }
    [pscustomobject]@{ App = 'workers'; Id = $WorkersPrincipalId }
)
foreach ($identity in $identities) {
    $present = @(
        Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $identity.Id -All | Where-Object ResourceId -EQ $graph.Id
    )
    $identity | Add-Member Present $present
}

foreach ($identity in $identities) {
    $wanted = @($entries | Where-Object { $_.Apps -contains $identity.App })
    foreach ($entry in $wanted) {
        if (@($identity.Present | ForEach-Object AppRoleId) -contains $entry.RoleId) {
            Write-Host "$($identity.App): $($entry.Name) was granted before"
            continue
        }
        $null = New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $identity.Id `
            -PrincipalId $identity.Id -ResourceId $graph.Id -AppRoleId $entry.RoleId
        Write-Host "$($identity.App): $($entry.Name) granted: $($entry.For)"
    }
    foreach ($assignment in $identity.Present | Where-Object { @($wanted.RoleId) -notcontains $_.AppRoleId }) {
        $name = @($graph.AppRoles | Where-Object Id -EQ $assignment.AppRoleId | ForEach-Object Value)[0] ?? $assignment.AppRoleId
        Write-Warning ("$($identity.App) also has $name, which it does not need. To remove it: Remove-MgServicePrincipalAppRoleAssignment " +
            "-ServicePrincipalId $($identity.Id) -AppRoleAssignmentId $($assignment.Id)")
    }
}
