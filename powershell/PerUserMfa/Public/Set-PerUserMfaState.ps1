function Set-PerUserMfaState {
    <#
    .SYNOPSIS
    Sets the per-user MFA state of users, or of the members of a group.
    .DESCRIPTION
    Sends all users as one operation, or several where there are more than 100,000, waits until it is over, and returns it. A
    warning says how many users were refused, failed or canceled.

    An operation continues when this command is interrupted: Get-PerUserMfaOperation lists it.

    With -WhatIf the service finds out who would be changed, and changes nobody. The result for each user is returned.

    Asks before users are disabled. In scripts, -Confirm:$false does it without a question.
    .PARAMETER State
    disabled, enabled or enforced.
    .PARAMETER User
    User principal names or object ids, or objects that have one in User, UserPrincipalName, Id, ObjectId, UserId or Reference:
    rows of Import-Csv, results of Get-MgUser or Get-ADUser, or items of an operation.
    .PARAMETER GroupId
    The object id of a group, whose members are changed, also those of groups within it.
    .PARAMETER Reason
    Why. It is kept in the audit record.
    .PARAMETER Acknowledge
    Safety checks to override. This is recorded.
    .PARAMETER Notify
    Tells users who are enabled by mail.
    .PARAMETER OperationId
    The id of the operation. The same users sent again with it are the same operation, and nothing is done twice.
    .PARAMETER NoWait
    Returns the operation as soon as it is accepted.
    .EXAMPLE
    Set-PerUserMfaState enabled alice@contoso.com -Reason 'Ticket 4711'
    .EXAMPLE
    Import-Csv users.csv | Set-PerUserMfaState enabled -Reason 'Wave 2' -WhatIf

    Shows who would be changed, who is in that state already, and who would be refused.
    .EXAMPLE
    Get-MgGroupMemberAsUser -GroupId $group -All | Set-PerUserMfaState enforced -Reason 'Wave 3' -NoWait
    .EXAMPLE
    Set-PerUserMfaState disabled alice@contoso.com -Reason 'Moves to Conditional Access' -Confirm:$false
    .EXAMPLE
    Set-PerUserMfaState enforced -GroupId 071cc716-8147-4397-a5ba-b2105951cc0b -Reason 'Wave 4' -Acknowledge legacyAuthInterruption
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'User')]
    [OutputType('PerUserMfa.Operation', 'PerUserMfa.OperationItem')]
    param(
        [Parameter(Mandatory, Position = 0)] [ValidateSet('disabled', 'enabled', 'enforced')] [string] $State,
        [Parameter(Mandatory, ParameterSetName = 'User', Position = 1, ValueFromPipeline)]
        [Alias('UserId', 'UserPrincipalName', 'Id', 'ObjectId')] [object[]] $User,
        [Parameter(Mandatory, ParameterSetName = 'Group')] [guid] $GroupId,
        [Parameter(Mandatory)] [ValidateLength(1, 500)] [string] $Reason,
        [ValidateSet('conditionalAccess', 'securityDefaults', 'legacyAuthInterruption', 'weaken')] [string[]] $Acknowledge = @(),
        [switch] $Notify,
        [guid] $OperationId = [guid]::NewGuid(),
        [switch] $NoWait
    )
    begin { $references = [Collections.Generic.List[string]]::new() }
    process {
        if ($PSCmdlet.ParameterSetName -ne 'User') { return }
        try { foreach ($one in $User) { $references.Add((Get-UserReference $one)) } }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
    end {
        try {
            $connection = Get-Connection
            $isGroup = $PSCmdlet.ParameterSetName -eq 'Group'
            if (-not $isGroup -and $references.Count -eq 0) { Write-Warning 'No users, so nothing is changed.'; return }
            $whom = if ($isGroup) { "the members of group $GroupId" } else { Format-Users $references.Count }
            $State = Get-ApiWord $MyInvocation.MyCommand State $State

            if ($State -ne 'disabled') { $ConfirmPreference = Get-LowerPreference $ConfirmPreference }
            $isDryRun = [bool] $WhatIfPreference
            if (-not (Test-Confirmed $PSCmdlet $whom "Set the per-user MFA state to $State") -and -not $isDryRun) { return }

            $change = [ordered]@{
                state       = $State
                reason      = $Reason
                notify      = [bool] $Notify
                dryRun      = $isDryRun
                acknowledge = @(Get-ApiWord $MyInvocation.MyCommand Acknowledge $Acknowledge)
            }
            $operations = if ($isGroup) { Start-Operation $connection ($change + @{ group = "$GroupId" }) $OperationId }
            else { Start-OperationOfMany $connection $change $references $OperationId }
            if ($NoWait -and -not $isDryRun) { return $operations }

            foreach ($accepted in $operations) {
                $operation = Wait-Operation $connection $accepted.Id
                if ($isDryRun) { Get-ApiList $connection "operations/$($operation.Id)/items" OperationItem -Add ([ordered]@{ OperationId = $operation.Id }) }
                else { $operation; Write-Attention $operation }
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
