# The entries of a list of the API, page by page. The next page is requested when the entries before it were consumed.
# $Most limits the number of entries; -1 for all. $OnFirstPage is called with the first page.
function Get-ApiList {
    param(
        [Parameter(Mandatory)] [hashtable] $Connection,
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Type,
        [int] $Most = -1,
        [Collections.IDictionary] $Add = @{},
        [scriptblock] $OnFirstPage
    )
    $given = 0
    $next = $Path
    while ($next -and ($Most -lt 0 -or $given -lt $Most)) {
        $page = (Invoke-Api $Connection $next).Json
        if ($OnFirstPage -and $next -eq $Path) { & $OnFirstPage $page }
        $entries = $page.GetProperty('value').EnumerateArray()
        if ($Most -ge 0) { $entries = $entries | Select-Object -First ($Most - $given) }
        ConvertTo-TypedObject $Type $entries $Add
        $given += $page.GetProperty('value').GetArrayLength()
        $next = Get-JsonValue $page 'nextLink'
    }
}

# The value of -First; -1 without it.
function Get-Most([Collections.IDictionary] $BoundParameters) {
    if ($BoundParameters.ContainsKey('First')) { $BoundParameters['First'] } else { -1 }
}
