function Set-PerUserMfaState {
    <#
    .SYNOPSIS
    Sets the per-user MFA state of users, of the users in a file, or of the members of a group.
    .DESCRIPTION
    Sends all users in one operation, or in several operations for more than 100,000 users. Waits until they finish, and returns
    them. A warning shows how many users were refused, failed or canceled.

    If you interrupt this command, the operation continues. Get-PerUserMfaOperation lists it.

    With -WhatIf, the service checks each user and changes none. The command returns the result for each user.

    Asks for confirmation before it disables users. In scripts, use -Confirm:$false to confirm.
    .PARAMETER State
    The state to set: disabled, enabled or enforced. Without it, each user of a file gets the state in its column "MFA status" or
    "state".
    .PARAMETER User
    User principal names or object ids, or objects with one in User, UserPrincipalName, Id, ObjectId, UserId, Reference, UPN or
    Username, also in words such as User principal name. What is neither fails for itself. Objects can be rows of Import-Csv, results of Get-MgUser or Get-ADUser, or items of an operation.
    .PARAMETER GroupId
    The object id of a group. Its members are changed, including members of nested groups.
    .PARAMETER Path
    A CSV file, as it was exported: the service finds the separator, the encoding and the column of users. A line that names no
    user fails for itself.
    .PARAMETER Column
    The column of the file with the users, when it has none of the usual names.
    .PARAMETER Reason
    The reason for the change. The audit record keeps it.
    .PARAMETER Acknowledge
    Safety checks to override. The audit record keeps them.
    .PARAMETER Until
    When lowered states end. Then the service asks for the states from before.
    .PARAMETER Notify
    Sends a mail to each user that is enabled.
    .PARAMETER OperationId
    The id of the operation. A repeated command with the same id and users continues the operation and does nothing twice.
    .PARAMETER NoWait
    Returns the operation when it is accepted, without waiting for the result.
    .EXAMPLE
    Set-PerUserMfaState enabled alice@contoso.com -Reason 'Ticket 4711'
    .EXAMPLE
    Import-Csv users.csv | Set-PerUserMfaState enabled -Reason 'Wave 2' -WhatIf

    Shows which users would change, which have the state already, and which would be refused.
    .EXAMPLE
    Set-PerUserMfaState -Path wave-3.csv -Reason 'Wave 3' -WhatIf

    Takes the state of each user from the file, and shows what would change.
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
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'User')] [Parameter(Mandatory, Position = 0, ParameterSetName = 'Group')]
        [Parameter(Position = 0, ParameterSetName = 'File')] [ValidateSet('disabled', 'enabled', 'enforced')] [string] $State,
        [Parameter(Mandatory, ParameterSetName = 'User', Position = 1, ValueFromPipeline)]
        [Alias('UserId', 'UserPrincipalName', 'Id', 'ObjectId')] [object[]] $User,
        [Parameter(Mandatory, ParameterSetName = 'Group')] [guid] $GroupId,
        [Parameter(Mandatory, ParameterSetName = 'File')] [string] $Path,
        [Parameter(ParameterSetName = 'File')] [string] $Column,
        [Parameter(Mandatory)] [ValidateLength(1, 500)] [string] $Reason,
        [ValidateSet('conditionalAccess', 'securityDefaults', 'legacyAuthInterruption', 'weaken', 'dailyLimit', 'privileged')] [string[]] $Acknowledge = @(),
        [switch] $Notify,
        [DateTimeOffset] $Until,
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
            $isFile = $PSCmdlet.ParameterSetName -eq 'File'
            if (-not $isGroup -and -not $isFile -and $references.Count -eq 0) { Write-Warning 'There are no users to change.'; return }
            $target = if ($isGroup) { "the members of group $GroupId" } elseif ($isFile) { "the users in $Path" } else { Format-Users $references.Count }
            if ($State) { $State = Get-ApiWord $MyInvocation.MyCommand State $State }
            $wanted = if ($State) { $State } else { 'the state of each in the file' }

            if ($State -in 'enabled', 'enforced') { $ConfirmPreference = Get-LowerPreference $ConfirmPreference }
            $isDryRun = [bool] $WhatIfPreference
            if (-not (Test-Confirmed $PSCmdlet $target "Set the per-user MFA state to $wanted") -and -not $isDryRun) { return }

            $change = [ordered]@{
                state       = $State
                reason      = $Reason
                notify      = [bool] $Notify
                dryRun      = $isDryRun
                acknowledge = @(Get-ApiWord $MyInvocation.MyCommand Acknowledge $Acknowledge)
            }
            if ($PSBoundParameters.ContainsKey('Until')) { $change.untilDateTime = $Until.UtcDateTime.ToString('o') }
            $operations = if ($isGroup) { Start-Operation $connection ($change + @{ group = "$GroupId" }) $OperationId }
            elseif ($isFile) { Start-OperationOfFile $connection $change $Path $Column $OperationId }
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
