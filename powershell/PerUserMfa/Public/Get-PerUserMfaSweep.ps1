function Get-PerUserMfaSweep {
    <#
    .SYNOPSIS
    Gets the registration sweeps over all users, with their findings.
    .DESCRIPTION
    Newest first: all of them, or as many as -First.
    .PARAMETER First
    The most entries to return. The command requests only as many pages as it needs.
    .EXAMPLE
    Get-PerUserMfaSweep -First 1 | Format-List
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.Sweep')]
    param([ValidateRange(0, [int]::MaxValue)] [int] $First)
    try { Get-ApiList (Get-Connection) 'sweeps' Sweep -Most (Get-Most $PSBoundParameters) }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
