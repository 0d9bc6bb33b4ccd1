# A token by the device code flow: the user signs in with a browser on any machine. Later tokens come from the refresh token.
# Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code. Throws an ErrorRecord.
function Get-DeviceCodeToken([hashtable] $Connection) {
    if ($Connection.RefreshToken) {
        $refresh = @{ grant_type = 'refresh_token'; refresh_token = ConvertFrom-SecureString $Connection.RefreshToken -AsPlainText }
        $got = Send-TokenRequest $Connection 'token' ($refresh + @{ scope = Get-Scope $Connection })
        if (-not $got.PSObject.Properties['error']) { return Save-Token $Connection $got }
        $Connection.RefreshToken = $null
        throw New-Error 'SignInFailed' "The session has ended: $(Get-TokenFault $got) Sign in again with Connect-PerUserMfa." -Category AuthenticationError
    }
    $code = Send-TokenRequest $Connection 'devicecode' @{ scope = Get-Scope $Connection }
    if ($code.PSObject.Properties['error']) { throw New-Error 'SignInFailed' "Sign-in failed: $(Get-TokenFault $code)" -Category AuthenticationError }
    Write-Host $code.message
    $seconds = if ($code.PSObject.Properties['interval']) { $code.interval } else { 5 }
    $ask = @{ grant_type = 'urn:ietf:params:oauth:grant-type:device_code'; device_code = $code.device_code }
    while ($true) {
        Start-Sleep -Milliseconds ([int] (1000 * $seconds))
        $got = Send-TokenRequest $Connection 'token' $ask
        if (-not $got.PSObject.Properties['error']) { return Save-Token $Connection $got }
        if ($got.error -eq 'slow_down') { $seconds += 5 }
        elseif ($got.error -ne 'authorization_pending') {
            throw New-Error 'SignInFailed' "Sign-in failed: $(Get-TokenFault $got)" -Category AuthenticationError
        }
    }
}

function Get-Scope([hashtable] $Connection) { "$($Connection.TokenAudience.TrimEnd('/'))/.default offline_access" }

# Sends a request to Entra. A refusal is also returned as an answer, with the property error.
function Send-TokenRequest([hashtable] $Connection, [string] $What, [hashtable] $Form) {
    $ProgressPreference = 'SilentlyContinue'
    $uri = "$($Connection.Authority.TrimEnd('/'))/$($Connection.TenantId)/oauth2/v2.0/$What"
    $form = $Form + @{ client_id = $Connection.ClientId }
    try { Invoke-RestMethod $uri -Method Post -Body $form -SkipHttpErrorCheck -MaximumRedirection 0 -TimeoutSec 100 -NoProxy:(Test-Loopback $uri) -ErrorAction Stop }
    catch { throw New-Error 'SignInFailed' "Sign-in failed: $uri cannot be reached: $($_.Exception.Message)" -Category ConnectionError -Cause $_.Exception }
}

# The reason of a refusal by Entra, without the trace ids at its end.
function Get-TokenFault([object] $Answer) {
    if ($Answer.PSObject.Properties['error_description']) { ($Answer.error_description -split "`r?`n")[0] } else { "$($Answer.error)." }
}

function Save-Token([hashtable] $Connection, [object] $Got) {
    if ($Got.PSObject.Properties['refresh_token']) { $Connection.RefreshToken = ConvertTo-SecureString $Got.refresh_token -AsPlainText }
    @{
        Token     = ConvertTo-SecureString $Got.access_token -AsPlainText
        ExpiresOn = [DateTimeOffset]::UtcNow.AddSeconds([double] $Got.expires_in)
    }
}
