function Export-PerUserMfaAudit {
    <#
    .SYNOPSIS
    Writes audit entries to a CSV or NDJSON file.
    .DESCRIPTION
    Newest first. Without -From, the file has the entries of the last 30 days, or all entries of the user or the operation. The
    command writes the file part by part, so the number of entries is not limited. The file gets its name when it is complete.
    The same command continues an export that broke off. Returns the file.
    .PARAMETER Path
    The path of the file. An existing file is replaced.
    .PARAMETER Format
    csv or ndjson. The default is the extension of the file, or csv without one.
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
    .PARAMETER ByteOrderMark
    Begins a CSV file with a byte order mark, so that Excel reads names and reasons correctly.
    .PARAMETER NoClobber
    Does not replace an existing file.
    .EXAMPLE
    Export-PerUserMfaAudit audit.csv -From 2026-01-01
    .EXAMPLE
    Export-PerUserMfaAudit refused.ndjson -Event stateChangeRefused
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([IO.FileInfo])]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Path,
        [ValidateSet('csv', 'ndjson')] [string] $Format,
        [object] $User,
        [Nullable[guid]] $OperationId,
        [ValidateSet('stateChanged', 'stateChangeRefused', 'stateChangeFailed', 'stateChangeSuperseded', 'stateRestored', 'registrationCompleted', 'alreadyRegistered', 'enforcedByEntra', 'stuckEnabled', 'changedOutside', 'notificationSent', 'notificationFailed', 'notificationSkipped', 'reminderSent', 'reminderFailed', 'reminderSkipped', 'operationAccepted', 'retryAccepted', 'undoAccepted', 'requestRefused', 'operationCanceled', 'approvalRequested', 'operationApproved', 'operationRejected', 'approvalExpired', 'dailyLimitReached', 'protectionUnresolved', 'writesHalted', 'writesResumed', 'auditPurged')]
        [string] $Event,
        [string] $Actor,
        [ValidateSet('lowered', 'raised')] [string] $Direction,
        [switch] $Overrides,
        [Nullable[datetime]] $From,
        [Nullable[datetime]] $To,
        [switch] $ByteOrderMark,
        [switch] $NoClobber
    )
    try {
        $connection = Get-Connection
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        if ($NoClobber -and (Test-Path -LiteralPath $file)) {
            throw New-Error 'FileExists' "The file $file exists. Choose another name, or leave out -NoClobber." -Category ResourceExists -Target $file
        }
        if (-not (Test-Confirmed $PSCmdlet $file 'Export audit entries')) { return }
        if (-not $Format) { $Format = [IO.Path]::GetExtension($file) -in '.ndjson', '.jsonl' ? 'ndjson' : 'csv' }
        $query = ConvertTo-AuditQuery $MyInvocation.MyCommand $PSBoundParameters
        if ($ByteOrderMark -and $Format -eq 'csv') { $query += ($query ? '&' : '?') + 'bom=true' }
        $path = $Format -eq 'ndjson' ? 'audit/export/ndjson' : 'audit/export'
        Save-ApiFile $connection "$path$query" $file
        Get-Item -LiteralPath $file
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
