# The value of a JSON object at a path such as "error.code", or null. ConvertFrom-Json would turn every text that looks like a
# time into a time, even the reason of a change.
function Get-JsonValue([Text.Json.JsonElement] $Element, [string] $Path) {
    # The comma keeps PowerShell from unrolling lists.
    , (ConvertFrom-JsonElement (Get-JsonElement $Element $Path))
}

# The JSON element at a path; of the kind Undefined when the path does not exist.
function Get-JsonElement([Text.Json.JsonElement] $Element, [string] $Path) {
    foreach ($name in $Path.Split('.')) {
        $next = [Text.Json.JsonElement]::new()
        if ($Element.ValueKind -eq 'Object') { $null = $Element.TryGetProperty($name, [ref] $next) }
        $Element = $next
    }
    $Element
}

# A JSON value as a PowerShell value.
function ConvertFrom-JsonElement([Text.Json.JsonElement] $Element) {
    switch ($Element.ValueKind) {
        'String' { $Element.GetString() }
        'Number' {
            $whole = 0L
            if ($Element.TryGetInt64([ref] $whole)) { $whole } else { $Element.GetDouble() }
        }
        'True' { $true }
        'False' { $false }
        'Array' { , @($Element.EnumerateArray().ForEach({ , (ConvertFrom-JsonElement $_) })) }
        'Object' {
            $made = [ordered]@{}
            foreach ($property in $Element.EnumerateObject()) { $made[$property.Name] = ConvertFrom-JsonElement $property.Value }
            [pscustomobject] $made
        }
        default { $null }
    }
}
