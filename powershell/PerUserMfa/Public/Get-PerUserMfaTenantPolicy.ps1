function Get-PerUserMfaTenantPolicy {
    <#
    .SYNOPSIS
    Gets the facts behind the safety checks: Conditional Access, security defaults, protected accounts, and the daily limit on lowering
    states.
    .DESCRIPTION
    ConditionalAccess and SecurityDefaults are empty when they are unknown. WhyUnknown then has the reason.
    .EXAMPLE
    Get-PerUserMfaTenantPolicy
    #>
    [CmdletBinding()]
    [OutputType('PerUserMfa.TenantPolicy')]
    param()
    try { ConvertTo-TypedObject TenantPolicy (Invoke-Api (Get-Connection) 'tenant/policy').Json }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
