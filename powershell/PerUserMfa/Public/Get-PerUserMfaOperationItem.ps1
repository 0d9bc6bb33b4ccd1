function Get-PerUserMfaOperationItem {
    <#
    .SYNOPSIS
    Gets the result for each user of an operation, with the reason.
    .DESCRIPTION
    The users are in the order of the request, or grouped by outcome with -Outcome.
    .PARAMETER OperationId
    Ids of operations, or objects with such an id.
    .PARAMETER Outcome
    Only users with one of these outcomes.
    .PARAMETER First
    The most users to return for each operation. The command requests only as many pages as it needs.
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
