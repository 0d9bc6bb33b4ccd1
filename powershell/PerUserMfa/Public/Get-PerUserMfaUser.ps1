function Get-PerUserMfaUser {
    <#
    .SYNOPSIS
    Gets the per-user MFA state of users.
    .DESCRIPTION
    With -User, gets the current state from Microsoft Graph. A user who is not found is an error; the other users are returned.

    Without -User, gets the users of the tenant as of the last registration sweep, by state, registration and name: all of them,
    or as many as -First.
    .PARAMETER User
    User principal names or object ids, or objects with one: rows of Import-Csv, or results of Get-MgUser or Get-ADUser.
    .PARAMETER State
    Only users in this state. The state of a user is unknown when the sweep could not read it.
    .PARAMETER Registered
    Only users with (true) or without (false) a method for multifactor authentication.
    .PARAMETER StartsWith
    Only users whose user principal name starts with this text.
    .PARAMETER First
    The most entries to return. The command requests only as many pages as it needs.
    .EXAMPLE
    Get-PerUserMfaUser alice@contoso.com
    .EXAMPLE
    Get-PerUserMfaUser -State enabled -Registered true

    Gets the users who have registered and are not enforced yet.
    .EXAMPLE
    Import-Csv users.csv | Get-PerUserMfaUser | Where-Object State -eq disabled
    #>
    [CmdletBinding(DefaultParameterSetName = 'List')]
    [OutputType('PerUserMfa.ListedUser', ParameterSetName = 'List')]
    [OutputType('PerUserMfa.UserState', ParameterSetName = 'User')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'User', Position = 0, ValueFromPipeline)]
        [Alias('UserId', 'UserPrincipalName', 'Id', 'ObjectId')] [object[]] $User,
        [Parameter(ParameterSetName = 'List')] [ValidateSet('disabled', 'enabled', 'enforced', 'unknown')] [string] $State,
        [Parameter(ParameterSetName = 'List')] [ValidateSet('true', 'false', 'unknown')] [string] $Registered,
        [Parameter(ParameterSetName = 'List')] [string] $StartsWith,
        [Parameter(ParameterSetName = 'List')] [ValidateRange(0, [int]::MaxValue)] [int] $First
    )
    process {
        try {
            $connection = Get-Connection
            if ($PSCmdlet.ParameterSetName -eq 'List') {
                $query = ConvertTo-Query ([ordered]@{ state = $State.ToLowerInvariant(); registered = $Registered.ToLowerInvariant(); q = $StartsWith })
                Get-ApiList $connection "users$query" ListedUser -Most (Get-Most $PSBoundParameters) -OnFirstPage {
                    param($page)
                    if ($null -eq (Get-JsonValue $page 'sweepStartedDateTime')) {
                        Write-Warning 'No registration sweep is complete yet, so users may be missing. To see the progress, run Get-PerUserMfaSweep.'
                    }
                }
                return
            }
            foreach ($one in $User) {
                try {
                    $reference = Get-UserReference $one
                    $answer = Invoke-Api $connection "users/$([uri]::EscapeDataString($reference))/mfa-state"
                    ConvertTo-TypedObject UserState $answer.Json -Add ([ordered]@{ User = $reference })
                }
                catch {
                    # An error for one user does not stop the others.
                    if ($_.CategoryInfo.Category -notin 'ObjectNotFound', 'InvalidArgument', 'InvalidData') { throw }
                    $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new($_.Exception, ($_.FullyQualifiedErrorId -split ',')[0], $_.CategoryInfo.Category, $one))
                }
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
