# Stands for Az.Accounts: $global:AzTokens are the tokens that who is signed in gets, one after another and the last one again,
# in the form that the version of Az has.
function Get-AzAccessToken {
    [CmdletBinding()] param([string] $ResourceUrl)
    if (-not $global:AzTokens) { Write-Error 'Run Connect-AzAccount to login.'; return }
    $global:AzAskedFor = $ResourceUrl
    $token, $rest = @($global:AzTokens)
    if ($rest) { $global:AzTokens = @($rest) }
    [pscustomobject]@{ Token = $token; ExpiresOn = [DateTimeOffset]::UtcNow.AddHours(1); TenantId = '5b2c7f10-6a3d-4e7b-9c55-0d7b5f3c2a10' }
}
Export-ModuleMember -Function Get-AzAccessToken
