function Wait-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Waits until operations are over, shows how far they are, and returns them.
    .DESCRIPTION
    Several operations are waited for one after another. A warning says how many users were refused, failed or canceled.
    .PARAMETER OperationId
    The ids of operations, or objects that have one.
    .PARAMETER TimeoutSeconds
    How long to wait for each operation at most. Then there is an error, and the operation continues. 0 waits for as long as it
    takes.
    .EXAMPLE
    Set-PerUserMfaState enabled -GroupId 071cc716-8147-4397-a5ba-b2105951cc0b -Reason 'Wave 3' -NoWait | Wait-PerUserMfaOperation
    .EXAMPLE
    Wait-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -TimeoutSeconds 600
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.Operation')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('Id')] [guid[]] $OperationId,
        [ValidateRange(0, [int]::MaxValue)] [int] $TimeoutSeconds = 0
    )
    process {
        try {
            $connection = Get-Connection
            foreach ($id in $OperationId) {
                $operation = Wait-Operation $connection $id $TimeoutSeconds
                $operation
                Write-Attention $operation
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
