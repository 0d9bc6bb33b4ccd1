function Suspend-PerUserMfaWrite {
    <#
    .SYNOPSIS
    Halts all changes, of all callers, within a minute.
    .DESCRIPTION
    Users that were not changed yet wait until Resume-PerUserMfaWrite. A second halt leaves the first as it is: IsNew is then
    false. Get-PerUserMfaTenantPolicy shows the halt.
    .PARAMETER Reason
    Why, for the audit record.
    .EXAMPLE
    Suspend-PerUserMfaWrite -Reason 'An attacker lowers states'
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('PerUserMfa.WriteHalt')]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Reason
    )
    try {
        if (-not (Test-Confirmed $PSCmdlet 'all changes of users' 'Halt')) { return }
        ConvertTo-TypedObject WriteHalt (Invoke-Api (Get-Connection) 'halt' -Method Post -Body @{ reason = $Reason }).Json
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
