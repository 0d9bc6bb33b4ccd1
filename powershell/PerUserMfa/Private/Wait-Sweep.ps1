# Polls a sweep until it is completed, shows its progress, and returns its report. $Before is the newest report from before the
# start: a sweep that failed before keeps it until an invocation continues the sweep. $TimeoutSeconds 0 means no limit. Throws
# an ErrorRecord.
function Wait-Sweep([hashtable] $Connection, [object] $Started, [object] $Before, [int] $TimeoutSeconds = 0) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $pause = 0.5 # seconds
    $number = $Started.Number
    try {
        while ($true) {
            $report = Get-ApiList $Connection 'sweeps' Sweep -Most 5 | Where-Object Number -EQ $number
            if ($report) {
                if ($report.Status -eq 'completed') { return $report }
                $isOld = $Before -and $Before.Number -eq $number -and $report.Resumed -le $Before.Resumed
                if ($report.Status -eq 'failed' -and -not $isOld) {
                    $message = "Sweep $number has failed, and the service tries again later. $($report.Problem)"
                    throw New-Error 'SweepFailed' $message -Category OperationStopped -Target $report
                }
                Write-SweepProgress $report
            }
            if ($TimeoutSeconds -gt 0 -and $watch.Elapsed.TotalSeconds + $pause -gt $TimeoutSeconds) {
                $message = "Sweep $number is not completed after $TimeoutSeconds seconds. It continues. To see it, run Get-PerUserMfaSweep -First 1."
                throw New-Error 'OperationTimeout' $message -Category OperationTimeout -Target $Started
            }
            Start-Sleep -Milliseconds ([int] (1000 * $pause))
            $pause = [Math]::Min(5, 1.5 * $pause)
        }
    }
    finally { Write-Progress -Activity "Sweep $number" -Completed }
}

function Write-SweepProgress([object] $Report) {
    $all = $Report.ExpectedUsers
    $about = if ($all) { " of about $all" } else { '' }
    $percent = if ($all) { [int] [Math]::Min(100, [Math]::Floor(100 * $Report.ListedUsers / $all)) } else { 0 }
    $status = "$($Report.ListedUsers)$about users are listed; the next step is $($Report.Step)"
    Write-Progress -Activity "Sweep $($Report.Number)" -Status $status -PercentComplete $percent
}
