$script:RenewBefore = [timespan]::FromMinutes(5)

# The access token for the next request, as a SecureString; null when none is needed. A token is renewed before it expires,
# and at once with -Renew. Throws an ErrorRecord.
function Get-AccessToken([hashtable] $Connection, [switch] $Renew) {
    $isGood = $Connection.Token -and ($null -eq $Connection.ExpiresOn -or $Connection.ExpiresOn - [DateTimeOffset]::UtcNow -gt $script:RenewBefore)
    if (-not (Test-Renewable $Connection) -or ($isGood -and -not $Renew)) { return $Connection.Token }
    $got = switch ($Connection.Authentication) {
        'LocalIssuer' { Get-LocalToken $Connection }
        'AzAccounts' { Get-AzToken $Connection }
        'DeviceCode' { Get-DeviceCodeToken $Connection }
    }
    $Connection.Token = $got.Token
    $Connection.ExpiresOn = $got.ExpiresOn
    $Connection.Token
}

# Whether the module can get another token by itself.
function Test-Renewable([hashtable] $Connection) { $Connection.Authentication -in 'LocalIssuer', 'AzAccounts', 'DeviceCode' }

# A token for the account of Connect-AzAccount.
function Get-AzToken([hashtable] $Connection) {
    try { $got = Get-AzAccessToken -ResourceUrl $Connection.TokenAudience -ErrorAction Stop }
    catch { throw New-Error 'SignInFailed' "Sign-in failed: $($_.Exception.Message) Try Connect-AzAccount." -Category AuthenticationError -Cause $_.Exception }
    $expires = $got.PSObject.Properties['ExpiresOn']
    @{
        # A SecureString in Az.Accounts 5 and later, and text before.
        Token     = if ($got.Token -is [securestring]) { $got.Token } else { ConvertTo-SecureString $got.Token -AsPlainText }
        ExpiresOn = if ($expires) { [DateTimeOffset] $expires.Value } else { $null }
    }
}

# A token for the local service (npm start -- --auth entra). Its issuer gives a token to every caller.
function Get-LocalToken([hashtable] $Connection) {
    $roles = 'MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken', 'MfaState.Approve', 'MfaState.Halt', 'MfaAudit.Read'
    $body = ConvertTo-Json @{ roles = $roles; expiresInSeconds = 3600 }
    $got = Invoke-RestMethod "$($Connection.Issuer)/control/tokens" -Method Post -Body $body -NoProxy -TimeoutSec 30 -ErrorAction Stop
    @{ Token = ConvertTo-SecureString $got.token -AsPlainText; ExpiresOn = [DateTimeOffset]::UtcNow.AddSeconds(3600) }
}

# The issuer of tokens for the local service. The service names it when a request has no token. Null when the service needs
# no token.
function Find-LocalIssuer([uri] $BaseUri) {
    $uri = [uri] "$BaseUri/operations"
    $answer = Send-Request @{ Uri = $uri } $null $uri
    if ($answer.Status -eq 0) { throw New-ApiError $answer $uri (New-Connection $BaseUri None) }
    if ($answer.Status -ne 401) { return $null }
    if ("$($answer.Headers['WWW-Authenticate'])" -match 'authorization_uri="([^"]+)"' -and (Test-Loopback $Matches[1])) {
        return ([uri] $Matches[1]).GetLeftPart('Authority')
    }
    throw New-Error 'NoAudience' 'The service needs a token of a real tenant. Set -TokenAudience to the App ID URI of the API, or set -AccessToken.' -Category AuthenticationError
}
