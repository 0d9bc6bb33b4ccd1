function Get-PerUserMfaUser {
    <#
    .SYNOPSIS
    Gets the per-user MFA state of users.
    .DESCRIPTION
    With -User, gets the current state from Microsoft Graph. A user who is not found is an error; the other users are returned.

    Without -User, gets the users of the tenant by name, as of the last registration sweep and with newer changes by this
    service: all of them, or as many as -First. Filters can be combined.
    .PARAMETER User
    User principal names or object ids, or objects with one: rows of Import-Csv, or results of Get-MgUser or Get-ADUser.
    .PARAMETER State
    Only users in these states. The state of a user is unknown when the sweep could not read it.
    .PARAMETER Registered
    Only users with (true) or without (false) a method for multifactor authentication.
    .PARAMETER UserType
    Only members or guests.
    .PARAMETER AccountEnabled
    Only users who may (true) or may not (false) sign in.
    .PARAMETER Administrator
    Only users with (true) or without (false) a directory role.
    .PARAMETER MethodClass
    Only users whose strongest method is one of these.
    .PARAMETER Licensed
    Only users with (true) or without (false) a licence.
    .PARAMETER EnabledBefore
    Only users who have been enabled since before this time.
    .PARAMETER Search
    Only users with this text in their user principal name, display name or object id.
    .PARAMETER First
    The most entries to return. The command requests only as many pages as it needs.
    .EXAMPLE
    Get-PerUserMfaUser alice@contoso.com
    .EXAMPLE
    Get-PerUserMfaUser -State enabled -Registered true

    Gets the users who have registered and are not enforced yet.
    .EXAMPLE
    Get-PerUserMfaUser -Administrator true -Registered false, unknown

    Gets the administrators who have no method for multifactor authentication, or may have none.
    .EXAMPLE
    Import-Csv users.csv | Get-PerUserMfaUser | Where-Object State -eq disabled
    #>
    [CmdletBinding(DefaultParameterSetName = 'List')]
    [OutputType('PerUserMfa.ListedUser', ParameterSetName = 'List')]
    [OutputType('PerUserMfa.UserState', ParameterSetName = 'User')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'User', Position = 0, ValueFromPipeline)]
        [Alias('UserId', 'UserPrincipalName', 'Id', 'ObjectId')] [object[]] $User,
        [Parameter(ParameterSetName = 'List')] [ValidateSet('disabled', 'enabled', 'enforced', 'unknown')] [string[]] $State,
        [Parameter(ParameterSetName = 'List')] [ValidateSet('true', 'false', 'unknown')] [string[]] $Registered,
        [Parameter(ParameterSetName = 'List')] [ValidateSet('Member', 'Guest', 'unknown')] [string[]] $UserType,
        [Parameter(ParameterSetName = 'List')] [ValidateSet('true', 'false', 'unknown')] [string[]] $AccountEnabled,
        [Parameter(ParameterSetName = 'List')] [ValidateSet('true', 'false', 'unknown')] [string[]] $Administrator,
        [Parameter(ParameterSetName = 'List')] [ValidateSet('none', 'phoneOnly', 'app', 'certificate', 'passkeyReady', 'unknown')] [string[]] $MethodClass,
        [Parameter(ParameterSetName = 'List')] [ValidateSet('true', 'false', 'unknown')] [string[]] $Licensed,
        [Parameter(ParameterSetName = 'List')] [Nullable[datetime]] $EnabledBefore,
        [Parameter(ParameterSetName = 'List')] [string] $Search,
        [Parameter(ParameterSetName = 'List')] [ValidateRange(0, [int]::MaxValue)] [int] $First
    )
    process {
        try {
            $connection = Get-Connection
            if ($PSCmdlet.ParameterSetName -eq 'List') {
                $query = ConvertTo-UserQuery $MyInvocation.MyCommand $PSBoundParameters
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
