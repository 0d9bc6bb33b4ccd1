$script:LocalBaseUri = [uri] 'http://127.0.0.1:7071/api' # where npm start serves the API unless told otherwise

# The address of the API without a slash at its end: the given address, or the local service if it runs. Throws an
# ErrorRecord without an address, and for an address that would get a token unencrypted.
function Resolve-BaseUri([string] $Given) {
    if (-not $Given) {
        if (Test-Service $script:LocalBaseUri) { return $script:LocalBaseUri }
        throw New-Error 'NoAddress' 'The address of the service is missing. Set -BaseUri or MFA_URL (example: https://contoso-mfa.azurewebsites.net/api), or start a local service with npm start.' -Category InvalidArgument
    }
    $uri = $null
    if (-not [uri]::TryCreate($Given, 'Absolute', [ref] $uri) -or $uri.Scheme -notin 'http', 'https') {
        throw New-Error 'InvalidAddress' 'The address must be a URL. Example: https://contoso-mfa.azurewebsites.net/api.' -Category InvalidArgument
    }
    if ($uri.Scheme -eq 'http' -and -not (Test-Loopback $uri)) {
        throw New-Error 'InvalidAddress' 'The address must start with https:, because the access token must travel encrypted. Only a local service may use http:.' -Category SecurityError
    }
    $path = if ($uri.AbsolutePath -eq '/') { '/api' } else { $uri.AbsolutePath.TrimEnd('/') }
    [uri] "$($uri.GetLeftPart('Authority'))$path"
}

# Whether an address is on this machine.
function Test-Loopback([uri] $Uri) { $Uri.IdnHost -in 'localhost', '127.0.0.1', '::1' }

# Whether a local service answers at an address.
function Test-Service([uri] $BaseUri) {
    $ProgressPreference = 'SilentlyContinue'
    try { 'status' -in (Invoke-RestMethod "$BaseUri/health" -NoProxy -TimeoutSec 2 -ErrorAction Stop).PSObject.Properties.Name }
    catch { $false } # no service, or another one, listens there
}
