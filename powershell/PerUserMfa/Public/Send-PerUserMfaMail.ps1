function Send-PerUserMfaMail {
    <#
    .SYNOPSIS
    Sends the mails of operations that have failed again.
    .DESCRIPTION
    Each mail is sent if the user still needs it. A mail that the user may have received is not sent again. Mails is the number
    of mails that had failed.
    .PARAMETER OperationId
    Ids of operations, or objects with such an id.
    .EXAMPLE
    Send-PerUserMfaMail 5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('PerUserMfa.MailResend')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('Id')] [guid[]] $OperationId
    )
    process {
        try {
            $connection = Get-Connection
            foreach ($id in $OperationId) {
                if (-not (Test-Confirmed $PSCmdlet "the failed mails of operation $id" 'Send again')) { continue }
                ConvertTo-TypedObject MailResend (Invoke-Api $connection "operations/$id/mails/retry" -Method Post).Json
            }
        }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
    }
}
