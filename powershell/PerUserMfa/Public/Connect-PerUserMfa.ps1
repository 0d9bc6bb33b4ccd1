function Connect-PerUserMfa {
    <#
    .SYNOPSIS
    Connects to the per-user MFA service. The other commands use this connection.
    .DESCRIPTION
    Uses the address in -BaseUri or $env:MFA_URL, or otherwise the local service while npm start runs.

    Signs in with the first of these that is available: -AccessToken; the device code flow, with -ClientId;
    $env:MFA_ACCESS_TOKEN; the account of Connect-AzAccount, for -TokenAudience or $env:MFA_AUDIENCE. A local service needs no
    sign-in.

    Tokens of Az and of the device code flow are renewed before they expire. A token is sent only over https, or to a local
    service, and only to an address that you name: without -BaseUri and $env:MFA_URL, the local service gets no token of
    yours.
    .PARAMETER BaseUri
    The address of the API, including /api.
    .PARAMETER AccessToken
    An access token for the API. It is not renewed: connect again when it has expired.
    .PARAMETER TokenAudience
    The App ID URI of the API, such as api://TENANT_ID/per-user-mfa-prod; by default $env:MFA_AUDIENCE.
    .PARAMETER ClientId
    The client id of the application that signs in with a device code. Its registration must allow public client flows.
    .PARAMETER TenantId
    The tenant for the sign-in with a device code.
    .PARAMETER Authority
    The address of the sign-in service, for national clouds.
    .EXAMPLE
    Connect-AzAccount
    Connect-PerUserMfa -BaseUri https://contoso-mfa.azurewebsites.net/api -TokenAudience api://TENANT_ID/per-user-mfa-prod
    .EXAMPLE
    Connect-PerUserMfa -BaseUri https://contoso-mfa.azurewebsites.net/api -TokenAudience api://TENANT_ID/per-user-mfa-prod -TenantId contoso.com -ClientId 0a6f3f38-5c0e-4f83-a2a5-4f5f2f4bb001

    Shows a code that you enter in a browser, on this or another computer.
    .EXAMPLE
    Connect-PerUserMfa -BaseUri https://contoso-mfa.azurewebsites.net/api -AccessToken $token

    Uses an existing token, as a SecureString.
    .EXAMPLE
    Connect-PerUserMfa

    Connects to the address in $env:MFA_URL, or to the local service of npm start.
    #>
    [CmdletBinding(DefaultParameterSetName = 'Default')]
    [OutputType('PerUserMfa.Connection')]
    param(
        [Parameter(Position = 0)] [string] $BaseUri = $env:MFA_URL,
        [Parameter(Mandatory, ParameterSetName = 'AccessToken')] [securestring] $AccessToken,
        [Parameter(ParameterSetName = 'Default')] [Parameter(ParameterSetName = 'DeviceCode')] [string] $TokenAudience = $env:MFA_AUDIENCE,
        [Parameter(Mandatory, ParameterSetName = 'DeviceCode')] [guid] $ClientId,
        [Parameter(Mandatory, ParameterSetName = 'DeviceCode')] [string] $TenantId,
        [Parameter(ParameterSetName = 'DeviceCode')] [uri] $Authority = 'https://login.microsoftonline.com'
    )
    try {
        $address = Resolve-BaseUri $BaseUri
        if (-not $BaseUri -and ($PSCmdlet.ParameterSetName -ne 'Default' -or $TokenAudience -or $env:MFA_ACCESS_TOKEN)) {
            # Any program on this machine may listen there.
            throw New-Error 'AddressNotNamed' "No token was sent to $address, because you did not name this address. Set -BaseUri or MFA_URL, or remove the parameters and the variables MFA_AUDIENCE and MFA_ACCESS_TOKEN of the sign-in." -Category SecurityError
        }
        $connection = switch ($PSCmdlet.ParameterSetName) {
            'AccessToken' { New-Connection $address AccessToken @{ Token = $AccessToken } }
            'DeviceCode' {
                if (-not $TokenAudience) { throw New-NoAudienceError }
                if ($Authority.Scheme -ne 'https' -and -not (Test-Loopback $Authority)) {
                    throw New-Error 'InvalidAddress' 'The authority must start with https:. Only a local service may use http:.' -Category SecurityError
                }
                New-Connection $address DeviceCode @{ TokenAudience = $TokenAudience; ClientId = $ClientId; TenantId = $TenantId; Authority = "$Authority" }
            }
            default { New-DefaultConnection $address $TokenAudience }
        }
        $health = Invoke-Api (New-Connection $address None) 'health' # make sure that the service is there before it gets the token
        $null = Get-AccessToken $connection
        $script:Connection = $connection
        [pscustomobject]@{ PSTypeName = 'PerUserMfa.Connection'; BaseUri = $address; Authentication = $connection.Authentication; ServiceVersion = Get-JsonValue $health.Json 'version' }
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
