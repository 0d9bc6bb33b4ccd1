# Writes a file of the API, which comes in parts that the header Link leads through. Under its name there is never half a file.
# Throws an ErrorRecord.
function Save-ApiFile([hashtable] $Connection, [string] $Path, [string] $File) {
    $partial = "$File.partial"
    try { $stream = [IO.File]::Create($partial) }
    catch { throw New-Error 'FileNotWritten' "The file $File cannot be written: $($_.Exception.InnerException.Message)" -Category WriteError -Target $File }
    try {
        $next = $Path
        while ($next) {
            $answer = Invoke-Api $Connection $next
            $stream.Write($answer.Bytes, 0, $answer.Bytes.Length)
            $next = if ("$($answer.Headers['Link'])" -match '<([^>]+)>; *rel="next"') { $Matches[1] }
        }
        $stream.Dispose()
        [IO.File]::Move($partial, $File, $true)
    }
    finally {
        $stream.Dispose()
        [IO.File]::Delete($partial)
    }
}
