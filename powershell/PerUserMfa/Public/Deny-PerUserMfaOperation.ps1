function Deny-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Rejects operations that wait for a second person, so that they lower no state.
    .DESCRIPTION
    Needs the role MfaState.Approve. The person who requested an operation cannot reject it, but can cancel it with
    Stop-PerUserMfaOperation. Returns the operations.
    .PARAMETER OperationId
    Ids of operations, or objects with such an id.
    .PARAMETER Reason
    The reason for the decision. The audit record keeps it.
    .EXAMPLE
    Deny-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -Reason 'The requester does not know of the request'
    .EXAMPLE
    Get-PerUserMfaOperation | Where-Object Status -eq AwaitingApproval | Deny-PerUserMfaOperation -Reason 'The requester does not know of the request' -WhatIf
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('PerUserMfa.Operation')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('Id')] [guid[]] $OperationId,
        [Parameter(Mandatory)] [ValidateLength(1, 500)] [string] $Reason
    )
    process {
        try {
            $connection = Get-Connection
            foreach ($id in $OperationId) {
                if (-not (Test-Confirmed $PSCmdlet "operation $id" 'Reject')) { continue }
                ConvertTo-TypedObject Operation (Invoke-Api $connection "operations/$id/reject" -Method Post -Body @{ reason = $Reason }).Json
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
