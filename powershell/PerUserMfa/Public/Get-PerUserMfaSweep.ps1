function Get-PerUserMfaSweep {
    <#
    .SYNOPSIS
    Gets the registration sweeps over all users, and what they found.
    .DESCRIPTION
    Newest first, and all of them, unless -First says otherwise.
    .PARAMETER First
    At most this many. No more pages are requested than this needs.
    .EXAMPLE
    Get-PerUserMfaSweep -First 1 | Format-List
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.Sweep')]
    param([ValidateRange(0, [int]::MaxValue)] [int] $First)
    try { Get-ApiList (Get-Connection) 'sweeps' Sweep -Most (Get-Most $PSBoundParameters) }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
