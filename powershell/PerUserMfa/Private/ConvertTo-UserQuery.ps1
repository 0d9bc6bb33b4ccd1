# The query for users, from the common parameters of Get-PerUserMfaUser and Export-PerUserMfaUser.
function ConvertTo-UserQuery([Management.Automation.CommandInfo] $Command, [Collections.IDictionary] $Bound, [Collections.IDictionary] $More = @{}) {
    $query = [ordered]@{}
    foreach ($name in 'State', 'Registered', 'UserType', 'AccountEnabled', 'Administrator', 'MethodClass', 'Licensed') {
        if ($Bound.ContainsKey($name)) {
            $query[$name.Substring(0, 1).ToLowerInvariant() + $name.Substring(1)] = (Get-ApiWord $Command $name $Bound[$name]) -join ','
        }
    }
    $query['enabledBeforeDateTime'] = $Bound['EnabledBefore']
    $query['q'] = $Bound['Search']
    foreach ($name in $More.Keys) { $query[$name] = $More[$name] }
    ConvertTo-Query $query
}
