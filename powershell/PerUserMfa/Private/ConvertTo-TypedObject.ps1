# Converts objects of the API to objects of the module, one by one. Values that the API leaves out are null. $Add has more
# properties, which come first. A list can have 100,000 entries, and a function call for each value would take minutes. So
# this is one loop.
function ConvertTo-TypedObject([string] $Type, [object] $From, [Collections.IDictionary] $Add = @{}) {
    $plan = Get-Plan $Type
    $object = [Text.Json.JsonValueKind]::Object
    $string = [Text.Json.JsonValueKind]::String
    $found = [Text.Json.JsonElement]::new()
    foreach ($element in $From) {
        $made = [ordered]@{ PSTypeName = "PerUserMfa.$Type" }
        foreach ($name in $Add.Keys) { $made[$name] = $Add[$name] }
        $parents = @{ '' = $element }
        foreach ($property in $plan) {
            $made[$property.Name] = $null
            if (-not $parents.ContainsKey($property.Parent)) {
                $null = $element.TryGetProperty($property.Parent, [ref] $found)
                $parents[$property.Parent] = $found
            }
            $parent = $parents[$property.Parent]
            if ($parent.ValueKind -ne $object -or -not $parent.TryGetProperty($property.Leaf, [ref] $found)) { continue }
            $made[$property.Name] = if ($found.ValueKind -ne $string) { ConvertFrom-JsonElement $found }
            elseif ($property.IsTime) { [DateTimeOffset]::Parse($found.GetString(), [cultureinfo]::InvariantCulture).LocalDateTime }
            else { $found.GetString() }
        }
        [pscustomobject] $made
    }
}

$script:Plans = @{}

# The properties of a type, with each path of the API split into its one or two names.
function Get-Plan([string] $Type) {
    if (-not $script:Plans.ContainsKey($Type)) {
        $shape = $script:Shapes[$Type]
        $script:Plans[$Type] = @(foreach ($name in $shape.Keys) {
                $parent, $leaf = $shape[$name].Contains('.') ? $shape[$name].Split('.') : '', $shape[$name]
                @{ Name = $name; Parent = $parent; Leaf = $leaf; IsTime = $name.EndsWith('DateTime') }
            })
    }
    $script:Plans[$Type]
}
