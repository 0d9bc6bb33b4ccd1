# The entries of a list of the API as they come, page by page: a page is asked for once the entries before it were taken.
# $Most is how many; -1 for all. $OnFirstPage is called with the first page.
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

# How many entries -First asks for; -1 where it was not given.
function Get-Most([Collections.IDictionary] $BoundParameters) {
    if ($BoundParameters.ContainsKey('First')) { $BoundParameters['First'] } else { -1 }
}
