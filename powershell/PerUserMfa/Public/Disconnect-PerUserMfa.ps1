function Disconnect-PerUserMfa {
    <#
    .SYNOPSIS
    Removes the connection to the per-user MFA service, and its tokens.
    .DESCRIPTION
    Operations continue. Sign-ins of other modules, such as Connect-AzAccount, remain.
    .EXAMPLE
    Disconnect-PerUserMfa
    #>
    [CmdletBinding()]
    param()
    $script:Connection = $null
}
