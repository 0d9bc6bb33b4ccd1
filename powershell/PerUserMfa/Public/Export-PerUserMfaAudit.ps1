function Export-PerUserMfaAudit {
    <#
    .SYNOPSIS
    Writes audit entries to a CSV or NDJSON file.
    .DESCRIPTION
    Newest first. Without -From: those of 30 days, or of the operation. The file is written part by part, so any number of
    entries fits, and takes its name only once it is complete. Returns the file.
    .PARAMETER Path
    The file. It is replaced if it exists.
    .PARAMETER Format
    csv or ndjson; by default what the name of the file ends with, and csv otherwise.
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
    .PARAMETER NoClobber
    Does not replace a file.
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
        [ValidateSet('stateChanged', 'stateChangeRefused', 'stateChangeFailed', 'stateRestored', 'registrationCompleted', 'enforcedByEntra', 'stuckEnabled', 'changedOutside', 'notificationSent', 'notificationFailed', 'notificationSkipped', 'reminderSent', 'reminderFailed', 'reminderSkipped')]
        [string] $Event,
        [string] $Actor,
        [Nullable[datetime]] $From,
        [Nullable[datetime]] $To,
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
        $path = $Format -eq 'ndjson' ? 'audit/export/ndjson' : 'audit/export'
        Save-ApiFile $connection "$path$query" $file
        Get-Item -LiteralPath $file
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
