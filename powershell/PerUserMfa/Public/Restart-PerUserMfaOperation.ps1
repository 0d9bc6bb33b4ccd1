function Restart-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Retries the refused and failed users of finished operations.
    .DESCRIPTION
    Creates a new operation for these users. It never undoes a change that was requested after the original operation. Waits
    until the new operation finishes, and returns it. Asks for confirmation before it disables users.
    .PARAMETER OperationId
    Ids of operations, or objects with such an id.
    .PARAMETER Acknowledge
    Safety checks to override. The audit record keeps them.
    .PARAMETER NewOperationId
    The id of the new operation, for a single -OperationId. The same id never creates a second operation.
    .PARAMETER NoWait
    Returns the new operation when it is accepted, without waiting for the result.
    .EXAMPLE
    Restart-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63
    .EXAMPLE
    Restart-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -Acknowledge legacyAuthInterruption -NoWait
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('PerUserMfa.Operation')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('Id')] [guid[]] $OperationId,
        [ValidateSet('conditionalAccess', 'securityDefaults', 'legacyAuthInterruption', 'weaken', 'dailyLimit', 'privileged')] [string[]] $Acknowledge = @(),
        [guid] $NewOperationId,
        [switch] $NoWait
    )
    begin { $preference = $ConfirmPreference }
    process {
        try {
            $connection = Get-Connection
            foreach ($id in $OperationId) {
                $old = Get-Operation $connection $id
                $ConfirmPreference = if ($old.TargetState -eq 'disabled') { $preference } else { Get-LowerPreference $preference }
                if (-not (Test-Confirmed $PSCmdlet "$(Format-Users ($old.Refused + $old.Failed)) of operation $id" "Set the per-user MFA state to $($old.TargetState)")) { continue }
                $newId = if ($PSBoundParameters.ContainsKey('NewOperationId')) { $NewOperationId } else { [guid]::NewGuid() }
                $body = @{ acknowledge = @(Get-ApiWord $MyInvocation.MyCommand Acknowledge $Acknowledge) }
                $accepted = Start-Operation $connection $body $newId "operations/$id/retry" NewOperationId
                if ($NoWait) { $accepted; continue }
                $operation = Wait-Operation $connection $accepted.Id
                $operation
                Write-Attention $operation
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
