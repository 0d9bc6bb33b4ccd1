function Stop-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Cancels operations: users that are still pending keep their state.
    .DESCRIPTION
    Users that were changed already stay changed. Returns the operations. To wait until they finish, use
    Wait-PerUserMfaOperation.
    .PARAMETER OperationId
    Ids of operations, or objects with such an id.
    .EXAMPLE
    Stop-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63
    .EXAMPLE
    Get-PerUserMfaOperation | Where-Object Status -eq Running | Stop-PerUserMfaOperation -WhatIf
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('PerUserMfa.Operation')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('Id')] [guid[]] $OperationId
    )
    process {
        try {
            $connection = Get-Connection
            foreach ($id in $OperationId) {
                if (-not (Test-Confirmed $PSCmdlet "operation $id" 'Cancel')) { continue }
                ConvertTo-TypedObject Operation (Invoke-Api $connection "operations/$id/cancel" -Method Post).Json
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
