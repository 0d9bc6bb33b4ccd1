Set-StrictMode -Version Latest

# The connection of Connect-PerUserMfa, which the other commands use; null before.
$script:Connection = $null

foreach ($folder in 'Private', 'Public') {
    foreach ($file in Get-ChildItem (Join-Path $PSScriptRoot $folder) -Filter *.ps1) { . $file.FullName }
}
Export-ModuleMember -Function (Get-ChildItem (Join-Path $PSScriptRoot Public) -Filter *.ps1).BaseName
