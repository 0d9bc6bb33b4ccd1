# Words of the API in the case that it has them in: ValidateSet takes any, and the API does not.
function Get-ApiWord([Management.Automation.CommandInfo] $Command, [string] $Parameter, [string[]] $Word) {
    $known = $Command.Parameters[$Parameter].Attributes.Where({ $_ -is [ValidateSet] }).ValidValues
    foreach ($one in $Word) { $known.Where({ $_ -eq $one }) }
}
