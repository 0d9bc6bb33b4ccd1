# Writes a file of the API, which arrives in parts: the header Link leads to the next part. The file gets its name when it is
# complete. Throws an ErrorRecord.
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
