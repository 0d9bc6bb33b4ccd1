function Export-PerUserMfaUser {
    <#
    .SYNOPSIS
    Writes the users of the tenant to a CSV or NDJSON file.
    .DESCRIPTION
    The users by name, as of the last registration sweep and with newer changes by this service. Filters can be combined. The
    command writes the file part by part, so the number of users is not limited. The file gets its name when it is complete.
    Import-Csv and Set-PerUserMfaState read such a file. Returns the file.
    .PARAMETER Path
    The path of the file. An existing file is replaced.
    .PARAMETER Format
    csv or ndjson. The default is the extension of the file, or csv without one.
    .PARAMETER State
    Only users in these states. The state of a user is unknown when the sweep could not read it.
    .PARAMETER Registered
    Only users with (true) or without (false) a method for multifactor authentication.
    .PARAMETER UserType
    Only members or guests.
    .PARAMETER AccountEnabled
    Only users who may (true) or may not (false) sign in.
    .PARAMETER Administrator
    Only users with (true) or without (false) a directory role.
    .PARAMETER MethodClass
    Only users whose strongest method is one of these.
    .PARAMETER Licensed
    Only users with (true) or without (false) a licence.
    .PARAMETER EnabledBefore
    Only users who have been enabled since before this time.
    .PARAMETER Search
    Only users with this text in their user principal name, display name or object id.
    .PARAMETER ByteOrderMark
    Begins a CSV file with a byte order mark, which Excel needs to read it as UTF-8.
    .PARAMETER NoClobber
    Does not replace an existing file.
    .EXAMPLE
    Export-PerUserMfaUser users.csv -ByteOrderMark
    .EXAMPLE
    Export-PerUserMfaUser unprotected.csv -State disabled, unknown -AccountEnabled true
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([IO.FileInfo])]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Path,
        [ValidateSet('csv', 'ndjson')] [string] $Format,
        [ValidateSet('disabled', 'enabled', 'enforced', 'unknown')] [string[]] $State,
        [ValidateSet('true', 'false', 'unknown')] [string[]] $Registered,
        [ValidateSet('Member', 'Guest', 'unknown')] [string[]] $UserType,
        [ValidateSet('true', 'false', 'unknown')] [string[]] $AccountEnabled,
        [ValidateSet('true', 'false', 'unknown')] [string[]] $Administrator,
        [ValidateSet('none', 'phoneOnly', 'app', 'certificate', 'passkeyReady', 'unknown')] [string[]] $MethodClass,
        [ValidateSet('true', 'false', 'unknown')] [string[]] $Licensed,
        [Nullable[datetime]] $EnabledBefore,
        [string] $Search,
        [switch] $ByteOrderMark,
        [switch] $NoClobber
    )
    try {
        $connection = Get-Connection
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        if ($NoClobber -and (Test-Path -LiteralPath $file)) {
            throw New-Error 'FileExists' "The file $file exists. Choose another name, or leave out -NoClobber." -Category ResourceExists -Target $file
        }
        if (-not (Test-Confirmed $PSCmdlet $file 'Export users')) { return }
        if (-not $Format) { $Format = [IO.Path]::GetExtension($file) -in '.ndjson', '.jsonl' ? 'ndjson' : 'csv' }
        $more = if ($ByteOrderMark -and $Format -eq 'csv') { @{ bom = 'true' } } else { @{} }
        $query = ConvertTo-UserQuery $MyInvocation.MyCommand $PSBoundParameters $more
        $path = $Format -eq 'ndjson' ? 'users/export/ndjson' : 'users/export'
        Save-ApiFile $connection "$path$query" $file
        Get-Item -LiteralPath $file
    }
    catch { $PSCmdlet.ThrowTerminatingError($_) }
}
