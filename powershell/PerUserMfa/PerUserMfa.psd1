@{
    RootModule           = 'PerUserMfa.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '7a0f1f0e-6d0b-4a57-9f0c-2b8f3f5f9d61'
    Author               = 'The authors of the per-user MFA service'
    Description          = 'Changes the per-user MFA state of Microsoft Entra users in bulk, and reads the audit record, through the per-user MFA service.'
    PowerShellVersion    = '7.2'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('PerUserMfa.format.ps1xml')
    FunctionsToExport    = @(
        'Approve-PerUserMfaOperation'
        'Connect-PerUserMfa'
        'Deny-PerUserMfaOperation'
        'Disconnect-PerUserMfa'
        'Export-PerUserMfaAudit'
        'Export-PerUserMfaUser'
        'Get-PerUserMfaAudit'
        'Get-PerUserMfaCoverage'
        'Get-PerUserMfaOperation'
        'Get-PerUserMfaOperationItem'
        'Get-PerUserMfaSummary'
        'Get-PerUserMfaSweep'
        'Get-PerUserMfaTenantPolicy'
        'Get-PerUserMfaUser'
        'Restart-PerUserMfaOperation'
        'Resume-PerUserMfaWrite'
        'Send-PerUserMfaMail'
        'Set-PerUserMfaState'
        'Start-PerUserMfaSweep'
        'Stop-PerUserMfaOperation'
        'Suspend-PerUserMfaWrite'
        'Undo-PerUserMfaOperation'
        'Wait-PerUserMfaOperation'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{ PSData = @{ Tags = @('Entra', 'MFA', 'PerUserMfa', 'Identity'); ReleaseNotes = '' } }
}
