# The query for audit entries, from the common parameters of Get-PerUserMfaAudit and Export-PerUserMfaAudit.
function ConvertTo-AuditQuery([Management.Automation.CommandInfo] $Command, [Collections.IDictionary] $Bound) {
    $query = [ordered]@{
        user         = if ($Bound.ContainsKey('User')) { Get-UserReference $Bound['User'] }
        operation    = $Bound['OperationId']
        event        = if ($Bound.ContainsKey('Event')) { Get-ApiWord $Command Event $Bound['Event'] }
        actor        = $Bound['Actor']
        direction    = if ($Bound.ContainsKey('Direction')) { Get-ApiWord $Command Direction $Bound['Direction'] }
        overrides    = if ($Bound['Overrides']) { 'true' }
        fromDateTime = $Bound['From']
        toDateTime   = $Bound['To']
    }
    ConvertTo-Query $query
}
