function Get-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Gets operations: the request and its progress.
    .DESCRIPTION
    Without -OperationId, returns operations newest first: all of them, or as many as -First.
    .PARAMETER OperationId
    Ids of operations, or objects with such an id.
    .PARAMETER First
    The most entries to return. The command requests only as many pages as it needs.
    .EXAMPLE
    Get-PerUserMfaOperation -First 10
    .EXAMPLE
    Get-PerUserMfaOperation 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 | Format-List
    #>
    [CmdletBinding(DefaultParameterSetName = 'List')]
    [OutputType('PerUserMfa.Operation')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Id', Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('Id')] [guid[]] $OperationId,
        [Parameter(ParameterSetName = 'List')] [ValidateRange(0, [int]::MaxValue)] [int] $First
    )
    process {
        try {
            $connection = Get-Connection
            if ($PSCmdlet.ParameterSetName -eq 'List') { Get-ApiList $connection 'operations' Operation -Most (Get-Most $PSBoundParameters) }
            else { foreach ($id in $OperationId) { Get-Operation $connection $id } }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
