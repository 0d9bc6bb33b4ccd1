# Stands for Microsoft.Graph.Applications and the module that signs in, with the parameters that the scripts use.
Import-Module (Join-Path $PSScriptRoot '../FakeTenant.psm1')

function Connect-MgGraph {
    [CmdletBinding()] param([string[]] $Scopes, [switch] $NoWelcome)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    if (-not $NoWelcome) { 'Welcome to Microsoft Graph!' }
}

function Get-MgContext {
    [CmdletBinding()] param()
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    [pscustomobject]@{ TenantId = $global:Tenant.Id }
}

function Get-MgServicePrincipal {
    [CmdletBinding()] param([string] $Filter)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    Select-ByFilter $global:Tenant.Principals $Filter
}

function New-MgServicePrincipal {
    [CmdletBinding()] param([string] $AppId, [switch] $AppRoleAssignmentRequired)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $principal = [pscustomobject]@{
        Id = "$(New-Guid)"; AppId = $AppId; AppRoles = @(); AppRoleAssignmentRequired = [bool] $AppRoleAssignmentRequired
        Owners = @($global:Tenant.SignedIn) # as Entra does
    }
    $global:Tenant.Principals += $principal
    $principal
}

function Update-MgServicePrincipal {
    [CmdletBinding()] param([string] $ServicePrincipalId, [switch] $AppRoleAssignmentRequired)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $principal = $global:Tenant.Principals | Where-Object Id -EQ $ServicePrincipalId
    $principal.AppRoleAssignmentRequired = [bool] $AppRoleAssignmentRequired
}

function Get-MgServicePrincipalAppRoleAssignment {
    [CmdletBinding()] param([string] $ServicePrincipalId, [switch] $All)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $found = $global:Tenant.RoleAssignments | Where-Object PrincipalId -EQ $ServicePrincipalId
    if ($All) { $found } else { $found | Select-Object -First 100 }
}

function New-MgServicePrincipalAppRoleAssignment {
    [CmdletBinding()] param([string] $ServicePrincipalId, [string] $PrincipalId, [string] $ResourceId, [string] $AppRoleId)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $assignment = [pscustomobject]@{ Id = "$(New-Guid)"; PrincipalId = $PrincipalId; ResourceId = $ResourceId; AppRoleId = $AppRoleId }
    $same = $global:Tenant.RoleAssignments | Where-Object {
        $_.PrincipalId -eq $PrincipalId -and $_.ResourceId -eq $ResourceId -and $_.AppRoleId -eq $AppRoleId
    }
    if ($same) {
        $PSCmdlet.WriteError((New-TenantError 'Permission being assigned already exists on the object'))
        return
    }
    $global:Tenant.RoleAssignments += $assignment
    $assignment
}

function Get-MgApplication {
    [CmdletBinding()] param([string] $Filter)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    Select-ByFilter $global:Tenant.Applications $Filter
}

function New-MgApplication {
    [CmdletBinding()]
    param(
        [string] $UniqueName, [string] $DisplayName, [string] $SignInAudience, [string[]] $IdentifierUris,
        [hashtable[]] $AppRoles, [hashtable] $Api
    )
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    $application = [pscustomobject]@{
        Id = "$(New-Guid)"; AppId = "$(New-Guid)"; UniqueName = $UniqueName; DisplayName = $DisplayName
        SignInAudience = $SignInAudience; IdentifierUris = $IdentifierUris; AppRoles = ConvertTo-Role $AppRoles; Api = $Api
        Owners = @($global:Tenant.SignedIn) # as Entra does
    }
    $global:Tenant.Applications += $application
    $application
}

function Update-MgApplication {
    [CmdletBinding()] param([string] $ApplicationId, [hashtable[]] $AppRoles)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    ($global:Tenant.Applications | Where-Object Id -EQ $ApplicationId).AppRoles = ConvertTo-Role $AppRoles
}

function Get-MgApplicationOwner {
    [CmdletBinding()] param([string] $ApplicationId, [switch] $All)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    Select-Owner ($global:Tenant.Applications | Where-Object Id -EQ $ApplicationId) $All
}

function Remove-MgApplicationOwnerDirectoryObjectByRef {
    [CmdletBinding()] param([string] $ApplicationId, [string] $DirectoryObjectId)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    Remove-Owner ($global:Tenant.Applications | Where-Object Id -EQ $ApplicationId) $DirectoryObjectId
}

function Get-MgServicePrincipalOwner {
    [CmdletBinding()] param([string] $ServicePrincipalId, [switch] $All)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    Select-Owner ($global:Tenant.Principals | Where-Object Id -EQ $ServicePrincipalId) $All
}

function Remove-MgServicePrincipalOwnerDirectoryObjectByRef {
    [CmdletBinding()] param([string] $ServicePrincipalId, [string] $DirectoryObjectId)
    if ($failure = Enter-Command $MyInvocation) { $PSCmdlet.WriteError($failure); return }
    Remove-Owner ($global:Tenant.Principals | Where-Object Id -EQ $ServicePrincipalId) $DirectoryObjectId
}

function Select-Owner($Of, [bool] $All) {
    $owners = @($Of.Owners | ForEach-Object { [pscustomobject]@{ Id = $_ } })
    if ($All) { $owners } else { $owners | Select-Object -First 100 }
}

# An owner that the tenant keeps stays, whatever is answered.
function Remove-Owner($Of, [string] $Id) { $Of.Owners = @($Of.Owners | Where-Object { $_ -ne $Id -or $_ -in $global:Tenant.KeptOwners }) }

# Roles as the module returns them.
function ConvertTo-Role([hashtable[]] $Role) { , @($Role | ForEach-Object { [pscustomobject] ($_ + @{ Origin = 'Application' }) }) }

Export-ModuleMember -Function *-Mg*
