# For the tests of the scripts in infra/graph. Dot-source it in BeforeAll.
$modules = Join-Path $PSScriptRoot 'modules'
Import-Module (Join-Path $modules 'FakeTenant.psm1')
$graphFolder = Join-Path $PSScriptRoot '../../../infra/graph'

# Runs a script as a careful caller does, and returns what it said. Its errors go to the caller.
function Invoke-Script([string] $Name, [hashtable] $Parameters) {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    & (Join-Path $graphFolder $Name) @Parameters *>&1 | ForEach-Object { "$_" }
}

# Runs a script that is to fail, under the preference of a fresh session. Returns its error and what it had said.
function Invoke-FailingScript([string] $Name, [hashtable] $Parameters) {
    $said = [Collections.Generic.List[string]]::new()
    try {
        & (Join-Path $graphFolder $Name) @Parameters 6>&1 | ForEach-Object { $said.Add("$_") }
        throw 'The script did not fail.'
    }
    catch { [pscustomobject]@{ Message = "$_"; Said = $said } }
}
