# Runs files of Pester tests, and writes how each test ended as lines of JSON to a file.
param([string] $Pester, [string] $Files, [string] $Results)

# No other modules than those of PowerShell, Pester, and those that stand for Microsoft's: whoever has the real ones
# installed must not reach a tenant with them.
$env:PSModulePath = (Join-Path $PSScriptRoot 'modules'), (Join-Path $PSHOME 'Modules') -join [IO.Path]::PathSeparator
Import-Module $Pester

$run = Invoke-Pester -Configuration @{
    Run    = @{ Path = @($Files -split ',' | ForEach-Object { Join-Path $PSScriptRoot $_ }); PassThru = $true }
    Output = @{ Verbosity = 'None' }
}

# Messages with the places in files of ours that led to them.
function Get-Message($ErrorRecords) {
    $ErrorRecords | ForEach-Object {
        $places = $_.ScriptStackTrace -split "`n" | Where-Object { $_ -notmatch 'Pester(\.ScriptScope)?\.psm?1:' -and $_ -notmatch 'runPester' }
        "$_`n$($places -join "`n")"
    }
}

$ended = @(
    foreach ($test in $run.Tests) {
        @{ name = $test.ExpandedPath; result = "$($test.Result)"; errors = @(Get-Message $test.ErrorRecord) }
    }
    # What went wrong outside of a test: in a file, or in what comes before and after a block.
    foreach ($block in @($run.FailedContainers) + @($run.FailedBlocks)) {
        @{ name = "$block"; result = 'Failed'; errors = @(Get-Message $block.ErrorRecord) }
    }
)
$ended | ForEach-Object { ConvertTo-Json $_ -Compress } | Set-Content $Results
