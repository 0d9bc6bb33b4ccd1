$script:RenewBefore = [timespan]::FromMinutes(5)

# The access token for the next request, as a SecureString; null where none is needed. A token is renewed before it runs out,
# and with -Renew at once. Throws an ErrorRecord.
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

# A token of who is signed in with Connect-AzAccount.
function Get-AzToken([hashtable] $Connection) {
    try { $got = Get-AzAccessToken -ResourceUrl $Connection.TokenAudience -ErrorAction Stop }
    catch { throw New-Error 'SignInFailed' "Signing in failed: $($_.Exception.Message) Try Connect-AzAccount." -Category AuthenticationError -Cause $_.Exception }
    $expires = $got.PSObject.Properties['ExpiresOn']
    @{
        # A SecureString in Az.Accounts 5 and later, and text before.
        Token     = if ($got.Token -is [securestring]) { $got.Token } else { ConvertTo-SecureString $got.Token -AsPlainText }
        ExpiresOn = if ($expires) { [DateTimeOffset] $expires.Value } else { $null }
    }
}

# A token of the service on this machine (npm start -- --auth entra), whose issuer gives one to anybody.
function Get-LocalToken([hashtable] $Connection) {
    $roles = 'MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken', 'MfaAudit.Read'
    $body = ConvertTo-Json @{ roles = $roles; expiresInSeconds = 3600 }
    $got = Invoke-RestMethod "$($Connection.Issuer)/control/tokens" -Method Post -Body $body -NoProxy -TimeoutSec 30 -ErrorAction Stop
    @{ Token = ConvertTo-SecureString $got.token -AsPlainText; ExpiresOn = [DateTimeOffset]::UtcNow.AddSeconds(3600) }
}

# Who issues the tokens that the service on this machine takes: the service names its issuer to who comes without a token.
# Null where it needs none.
function Find-LocalIssuer([uri] $BaseUri) {
    $uri = [uri] "$BaseUri/operations"
    $answer = Send-Request @{ Uri = $uri } $null $uri
    if ($answer.Status -eq 0) { throw New-ApiError $answer $uri (New-Connection $BaseUri None) }
    if ($answer.Status -ne 401) { return $null }
    if ("$($answer.Headers['WWW-Authenticate'])" -match 'authorization_uri="([^"]+)"' -and (Test-Loopback $Matches[1])) {
        return ([uri] $Matches[1]).GetLeftPart('Authority')
    }
    throw New-Error 'NoAudience' 'The service takes tokens of a real tenant. Give the App ID URI of the API with -TokenAudience, or a token with -AccessToken.' -Category AuthenticationError
}
