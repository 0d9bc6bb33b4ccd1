# What a JSON object has at a path such as "error.code", or null. ConvertFrom-Json would turn every text that looks like a time
# into one, also a reason that somebody wrote.
function Get-JsonValue([Text.Json.JsonElement] $Element, [string] $Path) {
    # The comma keeps PowerShell from taking lists apart.
    , (ConvertFrom-JsonElement (Get-JsonElement $Element $Path))
}

# The JSON element at a path; one of the kind Undefined where there is none.
function Get-JsonElement([Text.Json.JsonElement] $Element, [string] $Path) {
    foreach ($name in $Path.Split('.')) {
        $next = [Text.Json.JsonElement]::new()
        if ($Element.ValueKind -eq 'Object') { $null = $Element.TryGetProperty($name, [ref] $next) }
        $Element = $next
    }
    $Element
}

# A JSON value as PowerShell has it.
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
