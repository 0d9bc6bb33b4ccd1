#Requires -Version 7.2

<#
.SYNOPSIS
  Sets the per-user MFA state of users, waits until it is over, and warns of who needs attention.
.DESCRIPTION
  Users come as a parameter or through the pipeline: names or object ids, objects with UserPrincipalName or Id, or rows of
  a CSV file with one of these columns or "user". They go into requests of at most 100,000.

  The access token is $env:MFA_ACCESS_TOKEN, or comes from the Az module (Connect-AzAccount) for the audience. A service on
  this machine may need none.

  Returns the operations. Exit codes: 0 all done, 1 error, 2 some users were refused, failed or canceled.
.PARAMETER Url
  The address of the API, with /api; by default $env:MFA_URL.
.PARAMETER Audience
  The client id of the API, API_CLIENT_ID of the deployment, or its App ID URI; by default $env:MFA_AUDIENCE.
.PARAMETER OperationId
  An id of your choice: the same users sent again with it are the same operation, and nothing is done twice.
.PARAMETER Acknowledge
  Safety checks to override, such as conditionalAccess. This is recorded.
.EXAMPLE
  ./change.ps1 -State enabled -User alice@contoso.com, bob@contoso.com -Reason 'Onboarding 4711' `
    -Url https://contoso-mfa.azurewebsites.net/api -Audience API_CLIENT_ID
.EXAMPLE
  Import-Csv users.csv | ./change.ps1 -State enabled -Reason 'Wave 2' -DryRun
.EXAMPLE
  Get-MgGroupMemberAsUser -GroupId $group -All | ./change.ps1 -State enforced -Reason 'Wave 3'
#>
[CmdletBinding()]
param(
  [Parameter(Mandatory)] [ValidateSet('disabled', 'enabled', 'enforced')] [string] $State,
  [Parameter(Mandatory, ValueFromPipeline)] [object[]] $User,
  [Parameter(Mandatory)] [string] $Reason,
  [string] $Url = $env:MFA_URL,
  [string] $Audience = $env:MFA_AUDIENCE,
  [guid] $OperationId = (New-Guid),
  [string[]] $Acknowledge = @(),
  [switch] $Notify,
  [switch] $DryRun
)

begin {
  $ErrorActionPreference = 'Stop'
  $mostUsers = 100000
  $mostAttempts = 5
  $references = [Collections.Generic.List[string]]::new()

  # The name or id of a user, however the user was given.
  function Get-MfaReference([object] $One) {
    if ($One -is [string] -or $One -is [guid]) { return "$One".Trim() }
    if ($One -is [Collections.IDictionary]) { $One = [pscustomobject] $One }
    foreach ($name in 'User', 'UserPrincipalName', 'Id') {
      $property = $One.PSObject.Properties[$name]
      if ($property -and "$($property.Value)".Trim()) { return "$($property.Value)".Trim() }
    }
    throw "A user has neither User, UserPrincipalName nor Id: $One"
  }

  # What signs a request in. A token goes over https, or stays on this machine.
  function Get-MfaAuthorization([uri] $Address) {
    if (-not $Address.IsLoopback -and $Address.Scheme -ne 'https') {
      throw "Use https: on the way to $($Address.GetLeftPart('Authority')) others could read the access token."
    }
    $token = if ($env:MFA_ACCESS_TOKEN) { $env:MFA_ACCESS_TOKEN }
    elseif ($Audience) { (Get-AzAccessToken -ResourceUrl $Audience -ErrorAction Stop).Token }
    elseif ($Address.IsLoopback) { return @{} }
    else { throw 'Set -Audience to the App ID URI of the API and sign in with Connect-AzAccount, or set MFA_ACCESS_TOKEN.' }
    # A SecureString in Az 14 and later, and text before.
    if ($token -isnot [securestring]) { $token = ConvertTo-SecureString $token -AsPlainText }
    @{ Authentication = 'Bearer'; Token = $token; AllowUnencryptedAuthentication = $Address.IsLoopback }
  }

  # Seconds to wait before the next attempt: what the answer asks for, or twice as long each time.
  function Get-MfaDelay([object] $Response, [int] $Attempt) {
    $retryAfter = if ($Response) { $Response.BaseResponse.Headers.RetryAfter }
    if ($retryAfter -and $null -ne $retryAfter.Delta) { return $retryAfter.Delta.TotalSeconds }
    if ($retryAfter -and $retryAfter.Date) { return [Math]::Max(0, ($retryAfter.Date - [DateTimeOffset]::UtcNow).TotalSeconds) }
    [Math]::Pow(2, $Attempt - 1)
  }

  # What the API says of a request that it does not take; its code is the id of the error.
  function New-MfaError([int] $Status, [string] $Text) {
    $fault = try { (ConvertFrom-Json $Text -AsHashtable)['error'] } catch { $null }
    if ($fault -isnot [Collections.IDictionary]) {
      $fault = @{ code = 'UnknownAnswer'; message = "This is not an answer of the service. Check the address $Url. $Text" }
    }
    $details = @($fault['details']) | Where-Object { $_ } | ForEach-Object { "`n  $($_['target']): $($_['message'])" }
    $message = "$Status $($fault['code']): $($fault['message'])$(-join $details)"
    [Management.Automation.ErrorRecord]::new([Exception]::new($message), $fault['code'], 'InvalidResult', $null)
  }

  # Calls the API, and returns the content of its answer. What passes by itself is tried again, which is safe, as an
  # operation has its id. Throws what the API says of anything else.
  function Invoke-MfaApi([uri] $Address, [hashtable] $Request = @{}) {
    $authorization = Get-MfaAuthorization $Address
    for ($attempt = 1; ; $attempt++) {
      $response = $null
      try { $response = Invoke-WebRequest $Address -SkipHttpErrorCheck -TimeoutSec 100 @Request @authorization }
      catch [Net.Http.HttpRequestException], [OperationCanceledException] {
        if ($attempt -eq $mostAttempts) { throw "$($Address.GetLeftPart('Authority')) cannot be reached: $($_.Exception.Message)" }
      }
      if ($response) {
        $status = [int] $response.StatusCode
        $text = [Text.Encoding]::UTF8.GetString($response.RawContentStream.ToArray())
        if ($status -lt 300) { return @{ Status = $status; Content = ConvertFrom-Json $text; Delay = Get-MfaDelay $response 2 } }
        if (($status -ne 429 -and $status -lt 500) -or $attempt -eq $mostAttempts) { throw New-MfaError $status $text }
      }
      $delay = Get-MfaDelay $response $attempt
      Write-Verbose "The service is not available; the next attempt is in $delay seconds."
      Start-Sleep -Milliseconds ([int] (1000 * $delay))
    }
  }

  # The id of a request after the first: always the same for the same operation id.
  function Get-MfaOperationId([int] $Index) {
    if ($Index -eq 0) { return $OperationId }
    $hash = [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes("$OperationId $Index"))
    [guid] [byte[]] $hash[0..15]
  }

  # Requests the change of some users, and returns the id of the operation.
  function Start-MfaOperation([string[]] $Users, [guid] $Id) {
    $body = @{
      state = $State; users = $Users; reason = $Reason
      acknowledge = $Acknowledge; notify = [bool] $Notify; dryRun = [bool] $DryRun
    }
    $null = Invoke-MfaApi "$Url/state-changes" @{
      Method      = 'Post'
      Headers     = @{ 'Operation-Id' = "$Id" }
      ContentType = 'application/json'
      Body        = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $body -Compress))
    }
    $Id
  }

  # Waits until an operation is over, and returns it.
  function Wait-MfaOperation([guid] $Id) {
    $activity = @{ Activity = "Operation $Id" }
    while (($answer = Invoke-MfaApi "$Url/operations/$Id/result").Status -eq 202) {
      $operation = $answer.Content
      $done = 100 * ($operation.references - $operation.counts.pending) / [Math]::Max(1, $operation.references)
      Write-Progress @activity -Status $operation.status -PercentComplete $done
      Start-Sleep -Milliseconds ([int] (1000 * $answer.Delay))
    }
    Write-Progress @activity -Completed
    $answer.Content
  }

  # Warns of the users of an operation who were refused or failed.
  function Write-MfaWarning([guid] $Id) {
    foreach ($outcome in 'refused', 'failed') {
      $next = "$Url/operations/$Id/items?status=$outcome"
      while ($next) {
        $page = (Invoke-MfaApi $next).Content
        $page.value | ForEach-Object { Write-Warning "$($_.reference): $($_.outcome), $($_.detail.code). $($_.detail.message)" }
        $next = if ($page.PSObject.Properties['nextLink']) { $page.nextLink }
      }
    }
  }
}

process {
  try { foreach ($one in $User) { $references.Add((Get-MfaReference $one)) } }
  catch { $PSCmdlet.ThrowTerminatingError($_) }
}

end {
  if ($references.Count -eq 0) {
    Write-Warning 'There are no users, so nothing is done.'
    return
  }
  try {
    if (-not $Url) { throw 'Set -Url, or MFA_URL, to the address of the API.' }
    $ids = for ($first = 0; $first -lt $references.Count; $first += $mostUsers) {
      $users = $references.GetRange($first, [Math]::Min($mostUsers, $references.Count - $first))
      Start-MfaOperation $users (Get-MfaOperationId ($first / $mostUsers))
    }
    $operations = foreach ($id in $ids) { Wait-MfaOperation $id }
    $operations
    foreach ($id in $ids) { Write-MfaWarning $id }
  }
  catch { $PSCmdlet.ThrowTerminatingError($_) }
  if (@($operations).Where({ $_.status -ne 'Succeeded' })) { exit 2 }
}
