$script:TimeoutSeconds = 100 # the longest time for an answer

# Calls the API and returns its answer: Status, Json (null when the answer is a file), Bytes and Headers. Repeats the request
# after a temporary error, because every request of this module may be sent twice. Throws an ErrorRecord.
# $Path is relative to the address of the API, or is a link of the API.
function Invoke-Api {
    param(
        [Parameter(Mandatory)] [hashtable] $Connection,
        [Parameter(Mandatory)] [string] $Path,
        [string] $Method = 'Get',
        [Collections.IDictionary] $Body,
        [byte[]] $Csv, # a file of users, in place of $Body
        [Nullable[guid]] $OperationId
    )
    $most = 5
    $uri = Resolve-ApiUri $Connection $Path
    $request = @{ Uri = $uri; Method = $Method }
    if ($null -ne $OperationId) { $request.Headers = @{ 'Operation-Id' = "$OperationId" } }
    if ($null -ne $Body) {
        $request.ContentType = 'application/json'
        $request.Body = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $Body -Depth 5 -Compress))
    }
    elseif ($null -ne $Csv) {
        $request.ContentType = 'text/csv'
        $request.Body = $Csv
    }
    $renewed = $false
    for ($attempt = 1; ; $attempt++) {
        $answer = Send-Request $request (Get-AccessToken $Connection) $uri
        if ($answer.Status -ge 200 -and $answer.Status -lt 300) { return $answer }
        if ($answer.Status -eq 401 -and -not $renewed -and (Test-Renewable $Connection)) {
            $renewed = $true
            $null = Get-AccessToken $Connection -Renew
            continue
        }
        if (-not (Test-Passing $answer) -or $attempt -ge $most) { throw New-ApiError $answer $uri $Connection }
        $seconds = Get-RetryDelay $answer $attempt
        $why = if ($answer.Status -eq 0) { 'The service did not answer' } else { "The service answered $($answer.Status)" }
        if ($seconds -ge 10) { Write-Warning "$why; the next attempt is in $([Math]::Ceiling($seconds)) seconds." }
        else { Write-Verbose "$why; the next attempt is in $seconds seconds." }
        Start-Sleep -Milliseconds ([int] (1000 * $seconds))
    }
}

# The address of a request. The request carries a token, so the address must belong to the API.
function Resolve-ApiUri([hashtable] $Connection, [string] $Path) {
    if ($Path -notmatch '^https?:') { return [uri] "$($Connection.BaseUri)/$Path" }
    $uri = [uri] $Path
    if ($uri.GetLeftPart('Authority') -eq $Connection.BaseUri.GetLeftPart('Authority')) { return $uri }
    throw New-Error 'ForeignLink' 'The service returned a link to another address. The module does not follow it.' -Category SecurityError
}

# Sends a request once. Status 0 means that no answer arrived; Failure then has the reason.
function Send-Request([hashtable] $Request, [securestring] $Token, [uri] $Uri) {
    $ProgressPreference = 'SilentlyContinue' # the download of a page needs no progress bar
    $sent = $Request + @{
        SkipHttpErrorCheck = $true
        MaximumRedirection = 0 # the API never redirects
        TimeoutSec         = $script:TimeoutSeconds
        ErrorAction        = 'Stop'
    }
    # Since PowerShell 7.4, the other timeout covers an answer up to its headers, and this one covers the body.
    if ((Get-Command Invoke-WebRequest).Parameters.ContainsKey('OperationTimeoutSeconds')) { $sent.OperationTimeoutSeconds = $script:TimeoutSeconds }
    if (Test-Loopback $Uri) { $sent.NoProxy = $true }
    if ($Token) { $sent += @{ Authentication = 'Bearer'; Token = $Token; AllowUnencryptedAuthentication = Test-Loopback $Uri } }
    $none = @{ Status = 0; Failure = $null; Headers = @{}; Bytes = [byte[]]::new(0); Json = $null; RetryAfter = $null }
    try { $response = Invoke-WebRequest @sent }
    catch [Net.Http.HttpRequestException], [OperationCanceledException], [TimeoutException], [IO.IOException] {
        $none.Failure = $_.Exception
        return $none
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'MaximumRedirectExceeded*') { throw }
        $none.Status = 302 # or another redirection, which the API never sends
        return $none
    }
    $bytes = $response.RawContentStream.ToArray()
    @{
        Status     = [int] $response.StatusCode
        Failure    = $null
        Headers    = $response.Headers
        Bytes      = $bytes
        Json       = if ("$($response.Headers['Content-Type'])" -match '^application/json\b') { ConvertFrom-Bytes $bytes }
        RetryAfter = $response.BaseResponse.Headers.RetryAfter
    }
}

# The JSON value of the bytes; null when the answer is incomplete.
function ConvertFrom-Bytes([byte[]] $Bytes) {
    try { [Text.Json.JsonDocument]::Parse([Text.Encoding]::UTF8.GetString($Bytes)).RootElement }
    catch [Text.Json.JsonException] { $null }
}

# Whether an error is temporary. The API answers 502 when Microsoft Graph refused a request, which is not temporary.
function Test-Passing([hashtable] $Answer) {
    if ($Answer.Status -eq 502) { return -not $Answer.Headers.ContainsKey('x-ms-error-code') }
    $Answer.Status -in 0, 408, 429, 500, 503, 504
}

# Seconds until the next attempt: the Retry-After of the answer, up to five minutes, or a pause that doubles each time.
function Get-RetryDelay([hashtable] $Answer, [int] $Attempt) {
    $asked = $Answer.RetryAfter
    $seconds = if ($asked -and $null -ne $asked.Delta) { $asked.Delta.TotalSeconds }
    elseif ($asked -and $null -ne $asked.Date) { [Math]::Max(0, ($asked.Date - [DateTimeOffset]::UtcNow).TotalSeconds) }
    else { 0.25 * [Math]::Pow(2, $Attempt) }
    [Math]::Min($seconds, 300)
}
