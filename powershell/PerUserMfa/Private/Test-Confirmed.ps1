# Asks for confirmation by the rules of PowerShell: always for disabled, because users lose protection, and otherwise with
# -Confirm or $ConfirmPreference. False when the answer is no, and with -WhatIf. Throws an ErrorRecord when the session is not
# interactive.
function Test-Confirmed([Management.Automation.PSCmdlet] $Cmdlet, [string] $Target, [string] $Action) {
    try { $Cmdlet.ShouldProcess($Target, $Action) }
    catch [Management.Automation.PSInvalidOperationException], [Management.Automation.Host.HostException] {
        throw New-Error 'NotConfirmed' "${Action} for ${Target}: this needs a confirmation, and the session is not interactive. Use -Confirm:`$false to confirm." -Cause $_.Exception
    }
}

function Format-Users([long] $Count) { if ($Count -eq 1) { '1 user' } else { "$Count users" } }

# The confirmation preference for a change that disables no user: ask only when the user wants questions about more than
# changes of high impact.
function Get-LowerPreference([Management.Automation.ConfirmImpact] $Preference) {
    if ($Preference -eq 'High') { 'None' } else { $Preference }
}
