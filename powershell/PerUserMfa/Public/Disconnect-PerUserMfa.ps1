function Disconnect-PerUserMfa {
    <#
    .SYNOPSIS
    Forgets the connection to the per-user MFA service, and its tokens.
    .DESCRIPTION
    Operations continue. Sign-ins of other modules, such as Connect-AzAccount, stay.
    .EXAMPLE
    Disconnect-PerUserMfa
    #>
    [CmdletBinding()]
    param()
    $script:Connection = $null
}
