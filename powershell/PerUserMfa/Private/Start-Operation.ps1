$script:MostUsers = 100000 # of a request

# Requests a change, and returns the operation. Throws an ErrorRecord. When no answer arrived, its message tells how to
# continue.
function Start-Operation([hashtable] $Connection, [Collections.IDictionary] $Body, [guid] $Id, [string] $Path = 'state-changes', [string] $Parameter = 'OperationId') {
    try { $answer = Invoke-Api $Connection $Path -Method Post -Body $Body -OperationId $Id }
    catch {
        if ($_.CategoryInfo.Category -notin 'ConnectionError', 'ResourceUnavailable') { throw }
        $message = "$($_.Exception.Message) The service may have accepted the request. To continue, run the same command with -$Parameter $Id."
        throw New-Error ($_.FullyQualifiedErrorId -split ',')[0] $message -Category $_.CategoryInfo.Category -Cause $_.Exception
    }
    ConvertTo-TypedObject Operation $answer.Json
}

# Requests the change of any number of users, and returns the operations. The same id and users give the same ids.
function Start-OperationOfMany([hashtable] $Connection, [Collections.IDictionary] $Change, [Collections.Generic.List[string]] $Users, [guid] $OperationId) {
    for ($first = 0; $first -lt $Users.Count; $first += $script:MostUsers) {
        $some = $Users.GetRange($first, [Math]::Min($script:MostUsers, $Users.Count - $first))
        $id = if ($first -eq 0) { $OperationId } else { Get-DerivedId "$OperationId $($first / $script:MostUsers)" }
        try { Start-Operation $Connection ($Change + @{ users = $some.ToArray() }) $id }
        catch {
            if ($first -eq 0) { throw }
            $message = "$($_.Exception.Message)`nThe first $first users were accepted. To continue, run the same command with -OperationId $OperationId."
            throw New-Error ($_.FullyQualifiedErrorId -split ',')[0] $message -Category $_.CategoryInfo.Category -Cause $_.Exception
        }
    }
}

# An id that is always the same for the same text.
function Get-DerivedId([string] $Text) {
    $hash = [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Text))
    [guid] [byte[]] $hash[0..15]
}
