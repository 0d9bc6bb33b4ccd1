# For the tests of the module PerUserMfa against the local stack, which module.test.ts starts: $env:TEST_API needs no token,
# $env:TEST_ENTRA wants a token such as $env:TEST_TOKEN, $env:TEST_FAULTY stands before the first and fails on demand, nobody is
# at $env:TEST_CLOSED, and $env:TEST_SIGN_IN answers as Entra does to the device code flow. $env:TEST_PWSH is PowerShell itself;
# $env:TEST_USERS is a file of users who are disabled and not registered. Dot-source it in BeforeAll.
$modulePath = Join-Path $PSScriptRoot '../../../powershell/PerUserMfa'
Import-Module $modulePath -Force
Set-StrictMode -Version Latest

# Each user is handed out once, whichever file asks.
if (-not (Test-Path variable:global:TestUsers)) {
    $global:TestUsers = [Collections.Generic.Queue[object]]::new(@(Get-Content $env:TEST_USERS -Raw | ConvertFrom-Json))
}
function Get-TestUser([int] $Count = 1) { 1..$Count | ForEach-Object { $global:TestUsers.Dequeue() } }

# The results of a command once there are this many: audit entries follow the outcomes of an operation.
function Wait-Result([int] $Count, [scriptblock] $Command) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (($found = @(& $Command)).Count -ne $Count) {
        if ($watch.Elapsed.TotalSeconds -gt 60) { throw "There are $($found.Count) results of $Command, and not $Count." }
        Start-Sleep -Milliseconds 100
    }
    $found
}

# The state of a user, past the module.
function Get-State([object] $User) { (Invoke-RestMethod "$env:TEST_API/users/$($User.id)/mfa-state").state }

# Lets Microsoft Graph fail for every user, and work again.
function Suspend-Graph {
    $rule = @{ match = @{ path = '/users' }; fault = @{ status = 503; retryAfterSeconds = 1 } }
    $null = Invoke-RestMethod "$env:TEST_GRAPH/control/faults" -Method Post -Body (ConvertTo-Json $rule)
}
function Resume-Graph { $null = Invoke-RestMethod "$env:TEST_GRAPH/control/faults" -Method Delete }

# Forgets whatever a caller may have set.
function Reset-Caller {
    $env:MFA_ACCESS_TOKEN = $env:MFA_URL = $env:MFA_AUDIENCE = $null
    $global:AzTokens = $global:AzAskedFor = $null
    Disconnect-PerUserMfa
}

# Connects to an API that fails the first times, and returns where the requests that came by there are listed.
# $Fault is a status, with what Retry-After says after a hyphen, or drop, or lose (see faultyApi.ts).
function Connect-Faulty([string] $Fault, [int] $Times) {
    $key = New-Guid
    $null = Connect-PerUserMfa $env:TEST_API
    & (Get-Module PerUserMfa) { param($uri) $script:Connection.BaseUri = $uri } ([uri] "$env:TEST_FAULTY/$key/$Fault/$Times/api")
    "$env:TEST_FAULTY/$key/log"
}
# The requests that came by.
function Get-Seen([string] $Log) { Invoke-RestMethod $Log | ForEach-Object { $_ } }

# The error that a command ends with.
function Get-Failure([scriptblock] $Command) {
    try { $null = & $Command }
    catch { return $_ }
    throw 'The command did not fail.'
}
function Get-ErrorId([scriptblock] $Command) { ((Get-Failure $Command).FullyQualifiedErrorId -split ',')[0] }

# The output of a separate PowerShell process with answers to its questions.
function Invoke-Answering([string] $Answer, [string] $Command) {
    $connected = "Import-Module '$modulePath'; `$null = Connect-PerUserMfa $env:TEST_API; $Command"
    ($Answer | & $env:TEST_PWSH -NoProfile -Command $connected 2>&1) -join "`n"
}
