function Get-PerUserMfaTenantPolicy {
    <#
    .SYNOPSIS
    Gets what the safety checks go by: Conditional Access, security defaults, protected accounts, and the daily limit on lowering
    states.
    .DESCRIPTION
    ConditionalAccess and SecurityDefaults are empty where they are not known; WhyUnknown then says why.
    .EXAMPLE
    Get-PerUserMfaTenantPolicy
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.TenantPolicy')]
    param()
    try { ConvertTo-TypedObject TenantPolicy (Invoke-Api (Get-Connection) 'tenant/policy').Json }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
