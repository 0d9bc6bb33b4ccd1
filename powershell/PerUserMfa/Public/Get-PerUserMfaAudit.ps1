function Get-PerUserMfaAudit {
    <#
    .SYNOPSIS
    Gets audit entries: who changed whom, when, why, from which state to which.
    .DESCRIPTION
    Newest first, and all of them, unless -First says otherwise. Without -From: those of 30 days, or of the operation.
    .PARAMETER User
    Only entries about this user: a user principal name or object id, or an object that has one.
    .PARAMETER OperationId
    Only entries of this operation.
    .PARAMETER Event
    Only entries of this kind.
    .PARAMETER Actor
    Only entries of what this caller requested: an object id, application or name.
    .PARAMETER From
    Only entries since this time. A date alone is its beginning, in the time zone of this machine.
    .PARAMETER To
    Only entries up to this time. A date alone is its beginning, in the time zone of this machine.
    .PARAMETER First
    At most this many. No more pages are requested than this needs.
    .EXAMPLE
    Get-PerUserMfaAudit -User alice@contoso.com
    .EXAMPLE
    Get-PerUserMfaAudit -Event stateChangeRefused -From (Get-Date).AddDays(-7) | Group-Object Code
    .EXAMPLE
    Get-PerUserMfaAudit -OperationId 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -First 100
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.AuditEntry')]
    param(
        [Parameter(Position = 0, ValueFromPipeline)] [Alias('UserId', 'UserPrincipalName')] [object] $User,
        [Nullable[guid]] $OperationId,
        [ValidateSet('stateChanged', 'stateChangeRefused', 'stateChangeFailed', 'stateRestored', 'registrationCompleted', 'enforcedByEntra', 'stuckEnabled', 'changedOutside', 'notificationSent', 'notificationFailed', 'notificationSkipped', 'reminderSent', 'reminderFailed', 'reminderSkipped')]
        [string] $Event,
        [string] $Actor,
        [Nullable[datetime]] $From,
        [Nullable[datetime]] $To,
        [ValidateRange(0, [int]::MaxValue)] [int] $First
    )
    process {
        try {
            $query = ConvertTo-AuditQuery $MyInvocation.MyCommand $PSBoundParameters
            Get-ApiList (Get-Connection) "audit$query" AuditEntry -Most (Get-Most $PSBoundParameters)
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
