# An error of this module. $Id is a stable word for programs; $Message states the remedy.
function New-Error {
    param(
        [Parameter(Mandatory)] [string] $Id,
        [Parameter(Mandatory)] [string] $Message,
        [Management.Automation.ErrorCategory] $Category = 'InvalidOperation',
        [object] $Target,
        [Exception] $Cause
    )
    $exception = [InvalidOperationException]::new((ConvertTo-VisibleText $Message), $Cause)
    [Management.Automation.ErrorRecord]::new($exception, $Id, $Category, $Target)
}

# The error of a request that failed or was refused. Its id is the code of the API, and its exception is an
# HttpRequestException with the status.
function New-ApiError([hashtable] $Answer, [uri] $Uri, [hashtable] $Connection) {
    $status = $Answer.Status
    if ($status -eq 0) {
        $message = "$($Uri.GetLeftPart('Authority')) cannot be reached: $($Answer.Failure.Message)"
        $exception = [Net.Http.HttpRequestException]::new((ConvertTo-VisibleText $message), $Answer.Failure)
        return [Management.Automation.ErrorRecord]::new($exception, 'NotReachable', 'ConnectionError', $Uri)
    }
    $code = if ($Answer.Json) { Get-JsonValue $Answer.Json 'error.code' }
    $message = if ($code) { Get-ErrorText $Answer.Json } else {
        $code = 'UnexpectedAnswer'
        "The answer does not come from the service. Check the address $($Connection.BaseUri)."
    }
    if ($status -eq 401 -and -not (Test-Renewable $Connection)) { $message += ' Connect again with Connect-PerUserMfa.' }
    $exception = [Net.Http.HttpRequestException]::new((ConvertTo-VisibleText "$status ${code}: $message"), $null, [Net.HttpStatusCode] $status)
    [Management.Automation.ErrorRecord]::new($exception, $code, (Get-ErrorCategory $status), $Uri)
}

# The message of the API, followed by each fault of the request on a line of its own.
function Get-ErrorText([Text.Json.JsonElement] $Json) {
    $most = 20
    $fault = Get-JsonValue $Json 'error'
    $details = @(if ($fault.PSObject.Properties['details']) { $fault.details })
    if ($details.Count -lt 2) { return $fault.message } # the message is about this fault
    $lines = @($fault.message) + @($details | Select-Object -First $most | ForEach-Object {
            $where = if ($_.PSObject.Properties['target']) { $_.target } else { $_.code }
            "  ${where}: $($_.message)"
        })
    if ($details.Count -gt $most) { $lines += "  and $($details.Count - $most) more" }
    $lines -join "`n"
}

function Get-ErrorCategory([int] $Status) {
    switch ($Status) {
        400 { 'InvalidArgument' }
        401 { 'AuthenticationError' }
        403 { 'PermissionDenied' }
        404 { 'ObjectNotFound' }
        409 { 'ResourceExists' }
        413 { 'LimitsExceeded' }
        429 { 'LimitsExceeded' }
        { $_ -ge 500 } { 'ResourceUnavailable' }
        default { 'InvalidResult' }
    }
}
