function Start-PerUserMfaSweep {
    <#
    .SYNOPSIS
    Starts a registration sweep over all users now.
    .DESCRIPTION
    While a sweep is under way, no second one begins: that one continues, and IsNew is false. With -Wait, the command shows the
    progress and returns the report of the completed sweep. It fails when the sweep fails; the service tries again later.
    .PARAMETER Wait
    Wait until the sweep is completed.
    .PARAMETER TimeoutSeconds
    The longest time to wait, in seconds. After that the command fails, and the sweep continues. 0 means no limit.
    .EXAMPLE
    Start-PerUserMfaSweep
    .EXAMPLE
    Start-PerUserMfaSweep -Wait | Format-List
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('PerUserMfa.SweepStart', 'PerUserMfa.Sweep')]
    param(
        [switch] $Wait,
        [ValidateRange(0, [int]::MaxValue)] [int] $TimeoutSeconds = 0
    )
    try {
        if (-not (Test-Confirmed $PSCmdlet 'a registration sweep over all users' 'Start')) { return }
        $connection = Get-Connection
        $before = if ($Wait) { Get-ApiList $connection 'sweeps' Sweep -Most 1 }
        $started = ConvertTo-TypedObject SweepStart (Invoke-Api $connection 'sweeps' -Method Post).Json
        if ($Wait) { Wait-Sweep $connection $started $before $TimeoutSeconds } else { $started }
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
