# The connection of Connect-PerUserMfa. Throws an ErrorRecord without one.
function Get-Connection {
    if ($null -eq $script:Connection) {
        throw New-Error 'NotConnected' 'You are not connected. Run Connect-PerUserMfa first.' -Category ConnectionError
    }
    $script:Connection
}
