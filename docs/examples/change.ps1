#Requires -Version 7.2

<#
.SYNOPSIS
  Sets the per-user MFA state of users, waits until it is over, and writes who needs attention.

    Connect-AzAccount
    ./change.ps1 -State enabled -User alice@contoso.com, bob@contoso.com -Reason 'Onboarding 4711' `
      -Url https://contoso-mfa.azurewebsites.net/api -Audience api://per-user-mfa
#>
param(
  [Parameter(Mandatory)][ValidateSet('disabled', 'enabled', 'enforced')][string] $State,
  [Parameter(Mandatory)][string[]] $User,
  [Parameter(Mandatory)][string] $Reason,
  [string] $Url = $env:MFA_URL,
  [string] $Audience = $env:MFA_AUDIENCE,
  [guid] $OperationId = (New-Guid)
)
$ErrorActionPreference = 'Stop'

# The token is a SecureString in Az 14 and later, and text before.
$token = (Get-AzAccessToken -ResourceUrl $Audience).Token
if ($token -isnot [securestring]) { $token = ConvertTo-SecureString $token -AsPlainText }
$auth = @{ Authentication = 'Bearer'; Token = $token; MaximumRetryCount = 5; RetryIntervalSec = 5 }

$body = @{ state = $State; users = @($User); reason = $Reason } | ConvertTo-Json
$headers = @{ 'Operation-Id' = "$OperationId" }
$null = Invoke-RestMethod "$Url/state-changes" -Method Post -Body $body -ContentType 'application/json' -Headers $headers @auth

do {
  Start-Sleep -Seconds 2
  $operation = Invoke-RestMethod "$Url/operations/$OperationId" @auth
  $done = $operation.references - $operation.counts.pending
  Write-Progress -Activity "Operation $OperationId" -Status $operation.status -PercentComplete (100 * $done / [Math]::Max(1, $operation.references))
} while ($operation.status -in 'NotStarted', 'Running')

$operation
foreach ($outcome in 'refused', 'failed') {
  $next = "$Url/operations/$OperationId/items?status=$outcome"
  while ($next) {
    $page = Invoke-RestMethod $next @auth
    $page.value | ForEach-Object { Write-Warning "$($_.reference): $($_.outcome), $($_.detail.code). $($_.detail.message)" }
    $next = $page.nextLink
  }
}
if ($operation.status -ne 'Succeeded') { exit 2 }
