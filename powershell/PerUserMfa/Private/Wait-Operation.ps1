# Looks after an operation until it is over, shows how far it has come, and returns it. $TimeoutSeconds 0 waits for as long
# as it takes. Throws an ErrorRecord.
function Wait-Operation([hashtable] $Connection, [string] $Id, [int] $TimeoutSeconds = 0) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $pause = 0.2 # seconds; small operations are over in no time
    try {
        while ($true) {
            $operation = Get-Operation $Connection $Id
            if (Test-Over $operation) { return $operation }
            Write-OperationProgress $operation
            if ($TimeoutSeconds -gt 0 -and $watch.Elapsed.TotalSeconds + $pause -gt $TimeoutSeconds) {
                $message = "Operation $Id is not over after $TimeoutSeconds seconds: $($operation.Pending) of $($operation.Users) users are pending. It continues; wait for it again with Wait-PerUserMfaOperation."
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

function Test-Over([object] $Operation) { $Operation.Status -notin 'NotStarted', 'Running' }

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

# Warns where an operation left users as they were, and says how to see whom.
function Write-Attention([object] $Operation) {
    $words = @(foreach ($outcome in 'Refused', 'Failed', 'Canceled') {
            if ($Operation.$outcome -gt 0) { "$($Operation.$outcome) $($outcome.ToLowerInvariant())" }
        })
    if ($words) {
        Write-Warning "Operation $($Operation.Id): $($words -join ', '). Get-PerUserMfaOperationItem $($Operation.Id) -Outcome refused, failed, canceled shows who and why."
    }
}
