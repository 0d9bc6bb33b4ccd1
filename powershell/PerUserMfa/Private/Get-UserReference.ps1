# The user principal name or object id of a user, who is given as text or as an object of Import-Csv, Get-MgUser, Get-ADUser or
# this module. Throws an ErrorRecord.
function Get-UserReference([object] $One) {
    if ($One -is [string] -or $One -is [guid]) {
        $text = "$One".Trim()
        if ($text) { return $text }
        throw New-Error 'UserMissing' 'One of the users is an empty text. Use user principal names or object ids.' -Category InvalidData
    }
    if ($One -is [Collections.IDictionary]) { $One = [pscustomobject] $One }
    $names = 'User', 'UserPrincipalName', 'Id', 'ObjectId', 'UserId', 'Reference'
    if ($null -ne $One) {
        foreach ($name in $names) {
            $property = $One.PSObject.Properties[$name]
            if ($property -and "$($property.Value)".Trim()) { return "$($property.Value)".Trim() }
        }
    }
    # Excel and the admin centers head columns in words: User principal name, User name, Object ID.
    if ($null -ne $One) {
        foreach ($name in $names + 'UPN', 'Username') {
            $property = $One.PSObject.Properties | Where-Object { $_.Name -replace '[^\p{L}\p{N}]' -eq $name -and "$($_.Value)".Trim() } | Select-Object -First 1
            if ($property) { return "$($property.Value)".Trim() }
        }
    }
    throw New-Error 'UserMissing' "The object has none of the properties $($names -join ', '): $One" -Category InvalidData -Target $One
}
