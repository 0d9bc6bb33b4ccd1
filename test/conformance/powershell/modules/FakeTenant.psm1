# A tenant for the commands that stand for those of Microsoft's modules. As theirs do, they write errors that do not end
# the script of their caller, unless it asks for that with -ErrorAction.

function Reset-Tenant {
    $global:Tenant = @{
        Id                 = '5b2c7f10-6a3d-4e7b-9c55-0d7b5f3c2a10'
        Calls              = [Collections.Generic.List[string]]::new()
        Failing            = $null
        Applications       = @()
        Principals         = @()
        RoleAssignments    = @()
        Mailboxes          = @()
        MailPrincipals     = @()
        MailScopes         = @()
        MailAssignments    = @()
        # The person who runs the scripts, and owners that stay although their removal was accepted.
        SignedIn           = 'd1f5a7c2-0f4e-4c8a-b6c1-6e1f2a3b4c5d'
        KeptOwners         = @()
    }
}

# Writes down a call. Returns the error that the command is to write, if it is to fail.
function Enter-Command([Management.Automation.InvocationInfo] $Invocation) {
    $name = $Invocation.MyCommand.Name
    $global:Tenant.Calls.Add($name)
    if ($global:Tenant.Failing -eq $name) { New-TenantError "$name was refused: Insufficient privileges." }
}

function New-TenantError([string] $Message) {
    [Management.Automation.ErrorRecord]::new([Exception]::new($Message), 'Refused', 'PermissionDenied', $null)
}

# Calls that change something.
function Get-TenantChange { @($global:Tenant.Calls | Where-Object { $_ -match '^(New|Set|Update|Remove)-' }) }

# The objects that an OData filter of the form "property eq 'value'" is for.
function Select-ByFilter([object[]] $InputObject, [string] $Filter) {
    if ($Filter -notmatch "^(\w+) eq '((?:[^']|'')*)'$") { throw "Invalid filter clause: $Filter" }
    $property, $value = $Matches[1], $Matches[2].Replace("''", "'")
    $InputObject | Where-Object $property -EQ $value
}

Export-ModuleMember -Function Reset-Tenant, Enter-Command, New-TenantError, Get-TenantChange, Select-ByFilter
