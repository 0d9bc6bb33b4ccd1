# Changes words to the upper and lower case of the API. ValidateSet ignores case, and the API does not.
function Get-ApiWord([Management.Automation.CommandInfo] $Command, [string] $Parameter, [string[]] $Word) {
    $known = $Command.Parameters[$Parameter].Attributes.Where({ $_ -is [ValidateSet] }).ValidValues
    foreach ($one in $Word) { $known.Where({ $_ -eq $one }) }
}
