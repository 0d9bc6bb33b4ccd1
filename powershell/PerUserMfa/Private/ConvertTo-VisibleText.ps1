# Characters that a terminal obeys, or that a reader cannot see: control characters, formats such as marks of direction,
# separators of lines, fillers, and halves of surrogate pairs. .NET knows characters by their UTF-16 units, so the tags of
# plane 14 are pairs.
$script:HiddenCharacter = [regex]::new('\uDB40[\uDC00-\uDFFF]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u2065\u3164\uFE00-\uFE0F\uFFA0\uFFF0-\uFFF8-[\n]]|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])')

# Text from outside, as a terminal may show it: hidden characters get a visible form, such as <U+202E>. Line feeds stay, and
# a tab becomes a space. Objects of the module have the exact text.
function ConvertTo-VisibleText([string] $Text) {
    $script:HiddenCharacter.Replace($Text.Replace("`r`n", "`n").Replace("`t", ' '), {
            param($match)
            $code = $match.Length -eq 2 ? [char]::ConvertToUtf32($match.Value, 0) : [int] $match.Value[0]
            '<U+{0:X4}>' -f $code
        })
}
