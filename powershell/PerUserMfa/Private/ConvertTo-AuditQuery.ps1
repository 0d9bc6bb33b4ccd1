# The query for audit entries, from the parameters that Get-PerUserMfaAudit and Export-PerUserMfaAudit share.
function ConvertTo-AuditQuery([Management.Automation.CommandInfo] $Command, [Collections.IDictionary] $Bound) {
    $query = [ordered]@{
        user         = if ($Bound.ContainsKey('User')) { Get-UserReference $Bound['User'] }
        operation    = $Bound['OperationId']
        event        = if ($Bound.ContainsKey('Event')) { Get-ApiWord $Command Event $Bound['Event'] }
        actor        = $Bound['Actor']
        fromDateTime = $Bound['From']
        toDateTime   = $Bound['To']
    }
    ConvertTo-Query $query
}
