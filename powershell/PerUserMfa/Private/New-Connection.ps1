# A connection: the address of the service, and the way to get tokens for it.
# $Authentication is None, AccessToken, LocalIssuer, AzAccounts or DeviceCode.
function New-Connection([uri] $BaseUri, [string] $Authentication, [hashtable] $More = @{}) {
    $made = @{
        BaseUri        = $BaseUri
        Authentication = $Authentication
        TokenAudience  = ''
        Token          = $null # a SecureString
        ExpiresOn      = $null # when the token expires; null when unknown
        RefreshToken   = $null # a SecureString
    }
    foreach ($name in $More.Keys) { $made[$name] = $More[$name] }
    $made
}

# The connection without parameters for the sign-in. Throws an ErrorRecord when no sign-in is possible.
function New-DefaultConnection([uri] $BaseUri, [string] $TokenAudience) {
    if ($env:MFA_ACCESS_TOKEN) {
        return New-Connection $BaseUri AccessToken @{ Token = ConvertTo-SecureString $env:MFA_ACCESS_TOKEN -AsPlainText }
    }
    if ($TokenAudience) {
        if (Get-Command Get-AzAccessToken -ErrorAction Ignore) { return New-Connection $BaseUri AzAccounts @{ TokenAudience = $TokenAudience } }
        throw New-Error 'NoSignIn' 'You are not signed in. Install Az.Accounts and run Connect-AzAccount, or set -ClientId and -TenantId to sign in with a device code, or set -AccessToken.' -Category AuthenticationError
    }
    if (-not (Test-Loopback $BaseUri)) { throw New-NoAudienceError }
    $issuer = Find-LocalIssuer $BaseUri
    if ($issuer) { New-Connection $BaseUri LocalIssuer @{ Issuer = $issuer } } else { New-Connection $BaseUri None }
}

function New-NoAudienceError {
    New-Error 'NoAudience' 'Set -TokenAudience or MFA_AUDIENCE to the App ID URI of the API, for example api://TENANT_ID/per-user-mfa-prod, or set -AccessToken.' -Category InvalidArgument
}
