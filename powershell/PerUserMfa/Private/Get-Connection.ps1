# The connection of Connect-PerUserMfa. Throws an ErrorRecord when there is none.
function Get-Connection {
    if ($null -eq $script:Connection) {
        throw New-Error 'NotConnected' 'There is no connection. Run Connect-PerUserMfa first.' -Category ConnectionError
    }
    $script:Connection
}
