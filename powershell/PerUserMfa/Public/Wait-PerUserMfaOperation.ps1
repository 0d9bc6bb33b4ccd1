function Wait-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Waits until operations finish, shows their progress, and returns them.
    .DESCRIPTION
    Waits for several operations one after another. A warning shows how many users were refused, failed or canceled.
    .PARAMETER OperationId
    Ids of operations, or objects with such an id.
    .PARAMETER TimeoutSeconds
    The longest time to wait for each operation, in seconds. After that the command fails, and the operation continues. 0 means
    no limit.
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
