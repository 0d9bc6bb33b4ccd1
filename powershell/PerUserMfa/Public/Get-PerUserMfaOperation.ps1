function Get-PerUserMfaOperation {
    <#
    .SYNOPSIS
    Gets operations: what was requested, and how far it is.
    .DESCRIPTION
    Without -OperationId all operations are returned, newest first, unless -First says otherwise.
    .PARAMETER OperationId
    The ids of operations, or objects that have one.
    .PARAMETER First
    At most this many. No more pages are requested than this needs.
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
