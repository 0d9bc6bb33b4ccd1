# The commands of a module that a script uses, for Pester's -ForEach. Dot-source it in BeforeDiscovery.
function Get-ForeignCommand([string] $Script, [string] $Module) {
    $path = Join-Path $PSScriptRoot '../../../infra/graph' $Script
    $parsed = [Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $null)
    $commands = $parsed.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)
    $exported = (Import-Module (Join-Path $PSScriptRoot 'modules' $Module) -PassThru).ExportedCommands.Keys
    $commands | ForEach-Object { $_.GetCommandName() } | Where-Object { $_ -in $exported } | Sort-Object -Unique
}
