# A connection: where the service is, and how tokens for it are acquired.
# $Authentication is None, AccessToken, LocalIssuer, AzAccounts or DeviceCode.
function New-Connection([uri] $BaseUri, [string] $Authentication, [hashtable] $More = @{}) {
    $made = @{
        BaseUri        = $BaseUri
        Authentication = $Authentication
        TokenAudience  = ''
        Token          = $null # a SecureString
        ExpiresOn      = $null # when the token runs out; null when that is not known
        RefreshToken   = $null # a SecureString
    }
    foreach ($name in $More.Keys) { $made[$name] = $More[$name] }
    $made
}

# The connection of a caller who does not say how to sign in. Throws an ErrorRecord where there is no way.
function New-DefaultConnection([uri] $BaseUri, [string] $TokenAudience) {
    if ($env:MFA_ACCESS_TOKEN) {
        return New-Connection $BaseUri AccessToken @{ Token = ConvertTo-SecureString $env:MFA_ACCESS_TOKEN -AsPlainText }
    }
    if ($TokenAudience) {
        if (Get-Command Get-AzAccessToken -ErrorAction Ignore) { return New-Connection $BaseUri AzAccounts @{ TokenAudience = $TokenAudience } }
        throw New-Error 'NoSignIn' 'Nobody is signed in. Install Az.Accounts and run Connect-AzAccount, or give -ClientId and -TenantId to sign in with a device code, or -AccessToken.' -Category AuthenticationError
    }
    if (-not (Test-Loopback $BaseUri)) { throw New-NoAudienceError }
    $issuer = Find-LocalIssuer $BaseUri
    if ($issuer) { New-Connection $BaseUri LocalIssuer @{ Issuer = $issuer } } else { New-Connection $BaseUri None }
}

function New-NoAudienceError {
    New-Error 'NoAudience' 'Give the App ID URI of the API with -TokenAudience or MFA_AUDIENCE, such as api://TENANT_ID/per-user-mfa-prod, or a token with -AccessToken.' -Category InvalidArgument
}
