$script:LocalBaseUri = [uri] 'http://127.0.0.1:7071/api' # where npm start serves the API unless told otherwise

# The address of the API without a slash at its end: what was given, or the service on this machine if it runs. Throws an
# ErrorRecord where there is none, or where a token would go in the clear.
function Resolve-BaseUri([string] $Given) {
    if (-not $Given) {
        if (Test-Service $script:LocalBaseUri) { return $script:LocalBaseUri }
        throw New-Error 'NoAddress' 'Give the address of the service with -BaseUri or MFA_URL, such as https://contoso-mfa.azurewebsites.net/api, or start one on this machine with npm start.' -Category InvalidArgument
    }
    $uri = $null
    if (-not [uri]::TryCreate($Given, 'Absolute', [ref] $uri) -or $uri.Scheme -notin 'http', 'https') {
        throw New-Error 'InvalidAddress' 'The address must be a URL, such as https://contoso-mfa.azurewebsites.net/api.' -Category InvalidArgument
    }
    if ($uri.Scheme -eq 'http' -and -not (Test-Loopback $uri)) {
        throw New-Error 'InvalidAddress' 'The address must start with https:, except on this machine: others could read the access token on its way.' -Category SecurityError
    }
    $path = if ($uri.AbsolutePath -eq '/') { '/api' } else { $uri.AbsolutePath.TrimEnd('/') }
    [uri] "$($uri.GetLeftPart('Authority'))$path"
}

# Whether an address is on this machine.
function Test-Loopback([uri] $Uri) { $Uri.IdnHost -in 'localhost', '127.0.0.1', '::1' }

# Whether the service answers at an address of this machine.
function Test-Service([uri] $BaseUri) {
    $ProgressPreference = 'SilentlyContinue'
    try { 'status' -in (Invoke-RestMethod "$BaseUri/health" -NoProxy -TimeoutSec 2 -ErrorAction Stop).PSObject.Properties.Name }
    catch { $false } # nothing, or something else, listens there
}
