function Get-PerUserMfaCoverage {
    <#
    .SYNOPSIS
    Counts the users who were protected on each day.
    .DESCRIPTION
    Each day with a completed registration sweep, oldest first, as of the last sweep of the day. Days are kept as long as the
    audit record.
    .PARAMETER From
    The first day (UTC). The default is 90 days before the last day.
    .PARAMETER To
    The last day (UTC). The default is today.
    .EXAMPLE
    Get-PerUserMfaCoverage
    .EXAMPLE
    Get-PerUserMfaCoverage -From 2026-01-01 | Export-Csv coverage.csv
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.CoverageDay')]
    param(
        [Nullable[datetime]] $From,
        [Nullable[datetime]] $To
    )
    try {
        $connection = Get-Connection
        $query = ConvertTo-Query ([ordered]@{ fromDateTime = $From; toDateTime = $To })
        $coverage = (Invoke-Api $connection "users/coverage$query").Json
        ConvertTo-TypedObject CoverageDay $coverage.GetProperty('value').EnumerateArray()
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
