$script:TimeoutSeconds = 100 # how long an answer may take

# Calls the API and returns its answer: Status, Json (null where the answer is a file), Bytes and Headers. What passes when
# one waits is tried again, which is safe: every request of this module may be sent twice. Throws an ErrorRecord.
# $Path is relative to the address of the API, or is a link that the API gave.
function Invoke-Api {
    param(
        [Parameter(Mandatory)] [hashtable] $Connection,
        [Parameter(Mandatory)] [string] $Path,
        [string] $Method = 'Get',
        [Collections.IDictionary] $Body,
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

# The address of a request. A token goes with it, so it must lead to the API.
function Resolve-ApiUri([hashtable] $Connection, [string] $Path) {
    if ($Path -notmatch '^https?:') { return [uri] "$($Connection.BaseUri)/$Path" }
    $uri = [uri] $Path
    if ($uri.GetLeftPart('Authority') -eq $Connection.BaseUri.GetLeftPart('Authority')) { return $uri }
    throw New-Error 'ForeignLink' 'The service answered with a link to another address, which is not followed.' -Category SecurityError
}

# Sends a request once. Status 0 stands for an answer that did not come; Failure then says why.
function Send-Request([hashtable] $Request, [securestring] $Token, [uri] $Uri) {
    $ProgressPreference = 'SilentlyContinue' # the transfer of a page is no progress that anybody waits for
    $sent = $Request + @{
        SkipHttpErrorCheck = $true
        MaximumRedirection = 0 # the API never redirects
        TimeoutSec         = $script:TimeoutSeconds
        ErrorAction        = 'Stop'
    }
    # Since PowerShell 7.4 the other timeout ends with the headers of an answer, and this one watches over the rest.
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
        $none.Status = 302 # or another of its kind, all of which are not answers of the API
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

# The JSON value that bytes are, or null where an answer broke off.
function ConvertFrom-Bytes([byte[]] $Bytes) {
    try { [Text.Json.JsonDocument]::Parse([Text.Encoding]::UTF8.GetString($Bytes)).RootElement }
    catch [Text.Json.JsonException] { $null }
}

# Whether a failure passes when one waits. The API itself answers 502 where Microsoft Graph refused, which does not pass.
function Test-Passing([hashtable] $Answer) {
    if ($Answer.Status -eq 502) { return -not $Answer.Headers.ContainsKey('x-ms-error-code') }
    $Answer.Status -in 0, 408, 429, 500, 503, 504
}

# Seconds until the next attempt: what the answer asks for, up to five minutes, or twice as long each time.
function Get-RetryDelay([hashtable] $Answer, [int] $Attempt) {
    $asked = $Answer.RetryAfter
    $seconds = if ($asked -and $null -ne $asked.Delta) { $asked.Delta.TotalSeconds }
    elseif ($asked -and $null -ne $asked.Date) { [Math]::Max(0, ($asked.Date - [DateTimeOffset]::UtcNow).TotalSeconds) }
    else { 0.25 * [Math]::Pow(2, $Attempt) }
    [Math]::Min($seconds, 300)
}
