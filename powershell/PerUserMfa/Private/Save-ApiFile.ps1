# Writes a file of the API, which arrives in parts: the header Link leads to the next part. The file gets its name when it is
# complete. FILE.partial.json says which part is next, so that the same call continues a file that broke off. Throws an
# ErrorRecord.
function Save-ApiFile([hashtable] $Connection, [string] $Path, [string] $File) {
    $partial = "$File.partial"
    $progressFile = "$partial.json"
    $query = "$($Connection.BaseUri)/$Path"
    $progress = Read-ExportProgress $progressFile $partial $query
    try {
        $stream = [IO.File]::Open($partial, [IO.FileMode]::OpenOrCreate)
        $stream.SetLength($progress.bytes)
        $null = $stream.Seek(0, [IO.SeekOrigin]::End)
    }
    catch { throw New-Error 'FileNotWritten' "The file $File cannot be written: $($_.Exception.InnerException.Message)" -Category WriteError -Target $File }
    try {
        $next = $progress.next ? $progress.next : $Path
        while ($next) {
            $answer = Invoke-Api $Connection $next
            $stream.Write($answer.Bytes, 0, $answer.Bytes.Length)
            $next = if ("$($answer.Headers['Link'])" -match '<([^>]+)>; *rel="next"') { $Matches[1] }
            if ($next) {
                $stream.Flush($true)
                @{ query = $query; next = $next; bytes = $stream.Length } | ConvertTo-Json | Set-Content -LiteralPath $progressFile
            }
        }
        $stream.Dispose()
        [IO.File]::Move($partial, $File, $true)
        [IO.File]::Delete($progressFile)
    }
    finally {
        $stream.Dispose()
        # Without a whole part there is nothing to continue.
        if (-not (Test-Path -LiteralPath $progressFile)) { [IO.File]::Delete($partial) }
    }
}

# Which part is next and the bytes of the parts before it, when a file of the same query broke off; else the beginning.
function Read-ExportProgress([string] $ProgressFile, [string] $Partial, [string] $Query) {
    if ((Test-Path -LiteralPath $ProgressFile) -and (Test-Path -LiteralPath $Partial)) {
        try {
            $progress = Get-Content -LiteralPath $ProgressFile -Raw | ConvertFrom-Json
            if ($progress.query -eq $Query -and (Get-Item -LiteralPath $Partial).Length -ge $progress.bytes) { return $progress }
        }
        catch { Write-Verbose "The export of $Partial cannot be continued." }
    }
    Remove-Item -LiteralPath $ProgressFile -ErrorAction Ignore
    @{ query = $Query; next = $null; bytes = 0 }
}
