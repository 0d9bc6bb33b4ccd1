# Stands for Az.Accounts: $global:AzToken is the token of who is signed in, in the form that the version of Az has.
function Get-AzAccessToken {
    [CmdletBinding()] param([string] $ResourceUrl)
    if (-not $global:AzToken) { Write-Error 'Run Connect-AzAccount to login.'; return }
    $global:AzAskedFor = $ResourceUrl
    [pscustomobject]@{ Token = $global:AzToken; TenantId = '5b2c7f10-6a3d-4e7b-9c55-0d7b5f3c2a10' }
}
Export-ModuleMember -Function Get-AzAccessToken
