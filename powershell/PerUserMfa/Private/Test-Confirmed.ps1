# Asks before a change where PowerShell would: always for disabled, which takes protection away, and otherwise with -Confirm or
# $ConfirmPreference. False where the answer is no, and with -WhatIf. Throws an ErrorRecord where nobody can be asked.
function Test-Confirmed([Management.Automation.PSCmdlet] $Cmdlet, [string] $Target, [string] $Action) {
    try { $Cmdlet.ShouldProcess($Target, $Action) }
    catch [Management.Automation.PSInvalidOperationException], [Management.Automation.Host.HostException] {
        throw New-Error 'NotConfirmed' "${Action} for ${Target}: nobody can be asked here. Add -Confirm:`$false to do it." -Cause $_.Exception
    }
}

function Format-Users([long] $Count) { if ($Count -eq 1) { '1 user' } else { "$Count users" } }

# The preference of a command that asks for disabled only: it does not ask unless the user wants questions about more than what
# has a high impact.
function Get-LowerPreference([Management.Automation.ConfirmImpact] $Preference) {
    if ($Preference -eq 'High') { 'None' } else { $Preference }
}
