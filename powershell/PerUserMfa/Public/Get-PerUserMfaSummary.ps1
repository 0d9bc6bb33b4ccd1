function Get-PerUserMfaSummary {
    <#
    .SYNOPSIS
    Counts users by per-user MFA state and registration.
    .DESCRIPTION
    The counts are as of the last registration sweep; AsOfDateTime is its start. Registered is empty when it is unknown, because
    the sweep checks only enabled users.
    .EXAMPLE
    Get-PerUserMfaSummary
    .EXAMPLE
    Get-PerUserMfaSummary | Export-Csv summary.csv
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.UserCount')]
    param()
    try {
        $summary = (Invoke-Api (Get-Connection) 'users/summary').Json
        $sweepStarted = Get-JsonValue $summary 'sweepStartedDateTime'
        if ($null -eq $sweepStarted) {
            Write-Warning 'No registration sweep is complete yet, so users may be missing. To see the progress, run Get-PerUserMfaSweep.'
        }
        $time = if ($null -ne $sweepStarted) { [DateTimeOffset]::Parse($sweepStarted, [cultureinfo]::InvariantCulture).LocalDateTime }
        ConvertTo-TypedObject UserCount $summary.GetProperty('value').EnumerateArray() -Add @{ AsOfDateTime = $time }
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
