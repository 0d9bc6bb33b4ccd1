#Requires -Version 7.2

<#
.SYNOPSIS
  Sets the per-user MFA state of the users in a CSV file. Exit codes: 0 all done, 1 error, 2 some users need attention.
.EXAMPLE
  ./change.ps1 users.csv enabled 'Wave 2' -Url https://contoso-mfa.azurewebsites.net/api -Audience api://TENANT_ID/per-user-mfa-prod
#>
param([Parameter(Mandatory)] $File, [Parameter(Mandatory)] $State, [Parameter(Mandatory)] $Reason, $Url = $env:MFA_URL, $Audience = $env:MFA_AUDIENCE)
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../powershell/PerUserMfa')
$null = Connect-PerUserMfa $Url -TokenAudience $Audience
$operation = Import-Csv $File | Set-PerUserMfaState $State -Reason $Reason -Confirm:$false
$operation
$operation | Get-PerUserMfaOperationItem -Outcome refused, failed | Format-Table Reference, Code, Message -Wrap
if ($operation.Status -ne 'Succeeded') { exit 2 }
