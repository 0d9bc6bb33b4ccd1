# The query of a request, with its question mark. What is null or empty is left out; times are sent as UTC.
function ConvertTo-Query([Collections.IDictionary] $Parameters) {
    $given = foreach ($name in $Parameters.Keys) {
        $value = $Parameters[$name]
        if ($value -is [datetime]) { $value = $value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [cultureinfo]::InvariantCulture) }
        if ("$value" -ne '') { "$name=$([uri]::EscapeDataString("$value"))" }
    }
    if ($given) { "?$($given -join '&')" } else { '' }
}
