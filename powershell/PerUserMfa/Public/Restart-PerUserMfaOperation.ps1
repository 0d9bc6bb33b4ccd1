function Restart-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Retries the refused and failed users of operations that are over.
    .DESCRIPTION
    Makes a new operation of them in place of the old one: it never undoes what was requested since. Waits until it is over, and
    returns it. Asks before users are disabled.
    .PARAMETER OperationId
    The ids of operations, or objects that have one.
    .PARAMETER Acknowledge
    Safety checks to override. This is recorded.
    .PARAMETER NewOperationId
    The id of the new operation; for one -OperationId. The same request sent again with it is the same operation.
    .PARAMETER NoWait
    Returns the new operation as soon as it is accepted.
    .EXAMPLE
    Restart-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63
    .EXAMPLE
    Restart-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -Acknowledge legacyAuthInterruption -NoWait
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('PerUserMfa.Operation')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('Id')] [guid[]] $OperationId,
        [ValidateSet('conditionalAccess', 'securityDefaults', 'legacyAuthInterruption', 'weaken')] [string[]] $Acknowledge = @(),
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
