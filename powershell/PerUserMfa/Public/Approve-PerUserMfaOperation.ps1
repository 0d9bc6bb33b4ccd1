function Approve-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Approves operations that wait for a second person, so that they lower the states of their users.
    .DESCRIPTION
    Needs the role MfaState.Approve. The person who requested an operation cannot approve it. To see what an operation lowers, use
    Get-PerUserMfaOperation. Returns the operations. To wait until they finish, use Wait-PerUserMfaOperation.
    .PARAMETER OperationId
    Ids of operations, or objects with such an id.
    .PARAMETER Reason
    The reason for the decision. The audit record keeps it.
    .EXAMPLE
    Approve-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -Reason 'Confirmed with the service desk by phone'
    .EXAMPLE
    Get-PerUserMfaOperation | Where-Object Status -eq AwaitingApproval | Approve-PerUserMfaOperation -Reason 'Confirmed with the service desk by phone' -WhatIf
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('PerUserMfa.Operation')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('Id')] [guid[]] $OperationId,
        [Parameter(Mandatory)] [ValidateLength(1, 500)] [string] $Reason
    )
    process {
        try {
            $connection = Get-Connection
            foreach ($id in $OperationId) {
                if (-not (Test-Confirmed $PSCmdlet "operation $id" 'Approve')) { continue }
                ConvertTo-TypedObject Operation (Invoke-Api $connection "operations/$id/approve" -Method Post -Body @{ reason = $Reason }).Json
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
