function Resume-PerUserMfaWrite {
    <#
    .SYNOPSIS
    Ends the halt of all changes: users that waited are changed within a minute or so.
    .DESCRIPTION
    Without a halt, nothing happens: IsNew is then false.
    .EXAMPLE
    Resume-PerUserMfaWrite
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('PerUserMfa.WriteHalt')]
    param()
    try {
        if (-not (Test-Confirmed $PSCmdlet 'all changes of users' 'Resume')) { return }
        ConvertTo-TypedObject WriteHalt (Invoke-Api (Get-Connection) 'halt' -Method Delete).Json
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
