function Get-PerUserMfaSummary {
    <#
    .SYNOPSIS
    Counts users by per-user MFA state and registration.
    .DESCRIPTION
    As the last registration sweep saw them; AsOfDateTime is when it began. Registered is empty where it is not known: only
    enabled users are looked up.
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
            Write-Warning 'No registration sweep is completed yet, so users may be missing. Get-PerUserMfaSweep shows how far it is.'
        }
        $time = if ($null -ne $sweepStarted) { [DateTimeOffset]::Parse($sweepStarted, [cultureinfo]::InvariantCulture).LocalDateTime }
        ConvertTo-TypedObject UserCount $summary.GetProperty('value').EnumerateArray() -Add @{ AsOfDateTime = $time }
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
