function Test-PerUserMfaAudit {
    <#
    .SYNOPSIS
    Verifies that the audit record was not rewritten.
    .DESCRIPTION
    Compares the audit record with the digests that seal it. Returns one object: IsIntact is false when something was changed,
    removed or added, and Findings names it. Without -From, verifies what was recorded in the last 30 days.
    .PARAMETER From
    What was recorded from this time on. A date without a time is the start of the day, in the time zone of this computer.
    .PARAMETER To
    What was recorded up to this time. A date without a time is the start of the day, in the time zone of this computer.
    .EXAMPLE
    Test-PerUserMfaAudit -From 2026-03-01
    .EXAMPLE
    (Test-PerUserMfaAudit).Findings | Format-List
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.AuditVerification')]
    param([Nullable[datetime]] $From, [Nullable[datetime]] $To)
    try {
        $connection = Get-Connection
        $next = "audit/verification$(ConvertTo-Query ([ordered]@{ fromDateTime = $From; toDateTime = $To }))"
        $pages = @(while ($next) {
                $page = (Invoke-Api $connection $next).Json
                $page
                $next = Get-JsonValue $page 'nextLink'
            })
        $findings = @(foreach ($page in $pages) { ConvertTo-TypedObject AuditFinding $page.GetProperty('value').EnumerateArray() })
        $times = @{}
        foreach ($name in 'sealedFromDateTime', 'sealedToDateTime') {
            $text = Get-JsonValue $pages[-1] $name
            $times[$name] = if ($null -ne $text) { [DateTimeOffset]::Parse($text, [cultureinfo]::InvariantCulture).LocalDateTime }
        }
        # Each page counts what it has looked at.
        $sums = @{}
        foreach ($name in 'digests', 'rows', 'copies', 'rowsNotSealed', 'rowsBeforeProof', 'purged') {
            $sums[$name] = ($pages.ForEach({ Get-JsonValue $_ $name }) | Measure-Object -Sum).Sum
        }
        [pscustomobject] [ordered]@{
            PSTypeName         = 'PerUserMfa.AuditVerification'
            IsIntact           = $findings.Count -eq 0
            Findings           = $findings
            SealedFromDateTime = $times.sealedFromDateTime
            SealedToDateTime   = $times.sealedToDateTime
            PurgedThrough      = Get-JsonValue $pages[-1] 'purgedThrough'
            Digests            = $sums.digests
            Rows               = $sums.rows
            Copies             = $sums.copies
            RowsNotSealed      = $sums.rowsNotSealed
            RowsBeforeProof    = $sums.rowsBeforeProof
            Purged             = $sums.purged
        }
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
