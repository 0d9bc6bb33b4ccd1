function Get-PerUserMfaAudit {
    <#
    .SYNOPSIS
    Gets audit entries: each change with its user, caller, time, reason, and state before and after.
    .DESCRIPTION
    Newest first. Without -First, returns all entries. Without -From, returns the entries of the last 30 days, or all entries of
    the user or the operation.
    .PARAMETER User
    Only entries about this user: a user principal name or object id, or an object that has one.
    .PARAMETER OperationId
    Only entries of this operation.
    .PARAMETER Event
    Only entries of this event.
    .PARAMETER Actor
    Only entries of requests from this caller: an object id, application id or name.
    .PARAMETER Direction
    Only changes that lowered the state of a user, or only changes that raised it: lowered or raised.
    .PARAMETER Overrides
    Only entries of which the caller overrode a safety check.
    .PARAMETER From
    Only entries from this time on. A date without a time is the start of the day, in the time zone of this computer.
    .PARAMETER To
    Only entries up to this time. A date without a time is the start of the day, in the time zone of this computer.
    .PARAMETER First
    The most entries to return. The command requests only as many pages as it needs.
    .EXAMPLE
    Get-PerUserMfaAudit -User alice@contoso.com
    .EXAMPLE
    Get-PerUserMfaAudit -Event stateChangeRefused -From (Get-Date).AddDays(-7) | Group-Object Code
    .EXAMPLE
    Get-PerUserMfaAudit -Direction lowered -From (Get-Date -Day 1).Date
    .EXAMPLE
    Get-PerUserMfaAudit -OperationId 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -First 100
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.AuditEntry')]
    param(
        [Parameter(Position = 0, ValueFromPipeline)] [Alias('UserId', 'UserPrincipalName')] [object] $User,
        [Nullable[guid]] $OperationId,
        [ValidateSet('stateChanged', 'stateChangeRefused', 'stateChangeFailed', 'stateChangeSuperseded', 'stateRestored', 'registrationCompleted', 'alreadyRegistered', 'enforcedByEntra', 'stuckEnabled', 'changedOutside', 'notificationSent', 'notificationFailed', 'notificationSkipped', 'reminderSent', 'reminderFailed', 'reminderSkipped', 'operationAccepted', 'retryAccepted', 'undoAccepted', 'requestRefused', 'operationCanceled', 'approvalRequested', 'operationApproved', 'operationRejected', 'approvalExpired', 'dailyLimitReached', 'protectionUnresolved', 'writesHalted', 'writesResumed', 'auditPurged')]
        [string] $Event,
        [string] $Actor,
        [ValidateSet('lowered', 'raised')] [string] $Direction,
        [switch] $Overrides,
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
