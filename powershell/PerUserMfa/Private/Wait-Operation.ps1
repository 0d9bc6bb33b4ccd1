# Polls an operation until it finishes, shows its progress, and returns it. $TimeoutSeconds 0 means no limit. Throws an
# ErrorRecord.
function Wait-Operation([hashtable] $Connection, [string] $Id, [int] $TimeoutSeconds = 0) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $pause = 0.2 # seconds; small operations finish at once
    $told = $false
    try {
        while ($true) {
            $operation = Get-Operation $Connection $Id
            if (Test-Over $operation) { return $operation }
            if ($operation.Status -eq 'AwaitingApproval' -and -not $told) {
                Write-Warning "Operation $Id waits for a second person until $($operation.ApprovalExpiresDateTime). To approve it, that person runs Approve-PerUserMfaOperation $Id -Reason '...'."
                $told = $true
            }
            Write-OperationProgress $operation
            if ($TimeoutSeconds -gt 0 -and $watch.Elapsed.TotalSeconds + $pause -gt $TimeoutSeconds) {
                $message = "Operation $Id has not finished after $TimeoutSeconds seconds: $($operation.Pending) of $($operation.Users) users are pending. It continues. To wait longer, run Wait-PerUserMfaOperation."
                throw New-Error 'OperationTimeout' $message -Category OperationTimeout -Target $operation
            }
            Start-Sleep -Milliseconds ([int] (1000 * $pause))
            $pause = [Math]::Min(2, 1.5 * $pause)
        }
    }
    finally { Write-Progress -Activity "Operation $Id" -Completed }
}

function Get-Operation([hashtable] $Connection, [string] $Id) {
    ConvertTo-TypedObject Operation (Invoke-Api $Connection "operations/$Id").Json
}

function Test-Over([object] $Operation) { $Operation.Status -notin 'NotStarted', 'AwaitingApproval', 'Running' }

function Write-OperationProgress([object] $Operation) {
    $users = $Operation.Users
    $percent = if ($users -gt 0) { [int] [Math]::Floor(100 * ($users - $Operation.Pending) / $users) } else { 0 }
    $progress = @{
        Activity        = "Operation $($Operation.Id)"
        Status          = "$($users - $Operation.Pending) of $users users are set to $($Operation.TargetState) or have another outcome"
        PercentComplete = $percent
    }
    Write-Progress @progress
}

# Warns when users were refused, failed or canceled, and names the command that lists them.
function Write-Attention([object] $Operation) {
    $words = @(foreach ($outcome in 'Refused', 'Failed', 'Canceled') {
            if ($Operation.$outcome -gt 0) { "$($Operation.$outcome) $($outcome.ToLowerInvariant())" }
        })
    if ($words) {
        Write-Warning "Operation $($Operation.Id): $($words -join ', '). To list these users, run Get-PerUserMfaOperationItem $($Operation.Id) -Outcome refused, failed, canceled."
    }
}
