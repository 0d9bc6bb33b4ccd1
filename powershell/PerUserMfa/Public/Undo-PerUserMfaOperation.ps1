function Undo-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Brings the users that finished operations changed back to their states from before.
    .DESCRIPTION
    Creates a new operation for these users. It leaves users alone who were changed after the original operation. Waits until
    the new operation finishes, and returns it. Asks for confirmation. With -WhatIf, the service looks for the users who would be
    changed, and changes none.
    .PARAMETER OperationId
    Ids of operations, or objects with such an id.
    .PARAMETER Reason
    Why. The audit record keeps it.
    .PARAMETER Acknowledge
    Safety checks to override. The audit record keeps them.
    .PARAMETER NewOperationId
    The id of the new operation, for a single -OperationId. The same id never creates a second operation.
    .PARAMETER NoWait
    Returns the new operation when it is accepted, without waiting for the result.
    .EXAMPLE
    Undo-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -Reason 'Wrong list' -WhatIf
    .EXAMPLE
    Undo-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -Reason 'Wrong list'
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('PerUserMfa.Operation')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('Id')] [guid[]] $OperationId,
        [Parameter(Mandatory)] [string] $Reason,
        [ValidateSet('conditionalAccess', 'securityDefaults', 'legacyAuthInterruption', 'weaken', 'dailyLimit', 'privileged')] [string[]] $Acknowledge = @(),
        [guid] $NewOperationId,
        [switch] $NoWait
    )
    process {
        try {
            $connection = Get-Connection
            foreach ($id in $OperationId) {
                $old = Get-Operation $connection $id
                $isDryRun = [bool] $WhatIfPreference
                if (-not (Test-Confirmed $PSCmdlet "$(Format-Users $old.Applied) of operation $id" 'Bring back the per-user MFA state from before') -and -not $isDryRun) { continue }
                $newId = if ($PSBoundParameters.ContainsKey('NewOperationId')) { $NewOperationId } else { [guid]::NewGuid() }
                $body = @{ reason = $Reason; dryRun = $isDryRun; acknowledge = @(Get-ApiWord $MyInvocation.MyCommand Acknowledge $Acknowledge) }
                $accepted = Start-Operation $connection $body $newId "operations/$id/undo" NewOperationId
                if ($NoWait) { $accepted; continue }
                $operation = Wait-Operation $connection $accepted.Id
                $operation
                Write-Attention $operation
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
