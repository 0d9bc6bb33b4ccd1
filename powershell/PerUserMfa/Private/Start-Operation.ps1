$script:MostUsers = 100000 # of a request

# Requests a change, and returns the operation. Throws an ErrorRecord. When no answer arrived, its message tells how to
# continue.
function Start-Operation([hashtable] $Connection, [Collections.IDictionary] $Body, [guid] $Id, [string] $Path = 'state-changes', [string] $Parameter = 'OperationId', [byte[]] $Csv) {
    try { $answer = Invoke-Api $Connection $Path -Method Post -Body $Body -Csv $Csv -OperationId $Id }
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

# Requests the change of the users of a CSV file, and returns the operation. The service reads the file.
function Start-OperationOfFile([hashtable] $Connection, [Collections.IDictionary] $Change, [string] $Path, [string] $Column, [guid] $OperationId) {
    try { $bytes = [IO.File]::ReadAllBytes((Convert-Path -LiteralPath $Path -ErrorAction Stop)) }
    catch { throw New-Error 'FileNotRead' "The file $Path cannot be read: $($_.Exception.Message)" -Category OpenError -Cause $_.Exception }
    $query = ConvertTo-Query ([ordered]@{
            state       = $Change.state
            column      = $Column
            reason      = $Change.reason
            notify      = "$($Change.notify)".ToLowerInvariant()
            dryRun      = "$($Change.dryRun)".ToLowerInvariant()
            acknowledge = $Change.acknowledge -join ','
        })
    Start-Operation $Connection $null $OperationId "state-changes/csv$query" -Csv $bytes
}

# An id that is always the same for the same text.
function Get-DerivedId([string] $Text) {
    $hash = [Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Text))
    [guid] [byte[]] $hash[0..15]
}
