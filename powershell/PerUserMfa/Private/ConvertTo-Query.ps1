# The query of a request, with its question mark. It leaves out empty values, and converts times to UTC.
function ConvertTo-Query([Collections.IDictionary] $Parameters) {
    $given = foreach ($name in $Parameters.Keys) {
        $value = $Parameters[$name]
        if ($value -is [datetime]) { $value = $value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [cultureinfo]::InvariantCulture) }
        if ("$value" -ne '') { "$name=$([uri]::EscapeDataString("$value"))" }
    }
    if ($given) { "?$($given -join '&')" } else { '' }
}
