function Get-PerUserMfaUser {
    <#
    .SYNOPSIS
    Gets the per-user MFA state of users.
    .DESCRIPTION
    With -User: the state as Microsoft Graph has it now. A user who is not found is an error, and the others are returned.

    Without -User: the users of the tenant as the last registration sweep saw them, by state, registration and name. All of them,
    unless -First says otherwise.
    .PARAMETER User
    User principal names or object ids, or objects that have one: rows of Import-Csv, results of Get-MgUser or Get-ADUser.
    .PARAMETER State
    Only users in this state. The state is unknown where it could not be read.
    .PARAMETER Registered
    Only users who have a method for multifactor authentication (true), or have none (false).
    .PARAMETER StartsWith
    Only users whose user principal name begins like this.
    .PARAMETER First
    At most this many. No more pages are requested than this needs.
    .EXAMPLE
    Get-PerUserMfaUser alice@contoso.com
    .EXAMPLE
    Get-PerUserMfaUser -State enabled -Registered true

    Users who registered and are not enforced yet.
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
                        Write-Warning 'No registration sweep is completed yet, so users may be missing. Get-PerUserMfaSweep shows how far it is.'
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
                    # One odd user does not keep the others from being read.
                    if ($_.CategoryInfo.Category -notin 'ObjectNotFound', 'InvalidArgument', 'InvalidData') { throw }
                    $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new($_.Exception, ($_.FullyQualifiedErrorId -split ',')[0], $_.CategoryInfo.Category, $one))
                }
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
