function Get-PerUserMfaOperationItem {
    <#
    .SYNOPSIS
    Gets the result for each user of an operation, and why.
    .DESCRIPTION
    The users come in the order of the request, or outcome by outcome where -Outcome names some.
    .PARAMETER OperationId
    The ids of operations, or objects that have one.
    .PARAMETER Outcome
    Only users with one of these outcomes.
    .PARAMETER First
    At most this many of each operation. No more pages are requested than this needs.
    .EXAMPLE
    Get-PerUserMfaOperationItem 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63 -Outcome refused, failed
    .EXAMPLE
    Get-PerUserMfaOperation -First 1 | Get-PerUserMfaOperationItem | Export-Csv results.csv
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.OperationItem')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('Id')] [guid[]] $OperationId,
        [ValidateSet('pending', 'applied', 'unchanged', 'superseded', 'refused', 'failed', 'canceled', 'wouldChange', 'duplicate')]
        [string[]] $Outcome = @(),
        [ValidateRange(0, [int]::MaxValue)] [int] $First
    )
    process {
        try {
            $connection = Get-Connection
            $outcomes = @(Get-ApiWord $MyInvocation.MyCommand Outcome $Outcome | Select-Object -Unique)
            foreach ($id in $OperationId) {
                $most = Get-Most $PSBoundParameters
                foreach ($query in $outcomes ? $outcomes.ForEach({ "?status=$_" }) : '') {
                    $given = 0
                    Get-ApiList $connection "operations/$id/items$query" OperationItem -Most $most -Add ([ordered]@{ OperationId = "$id" }) |
                        ForEach-Object { $given++; $_ }
                    if ($most -ge 0) { $most -= $given }
                }
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
