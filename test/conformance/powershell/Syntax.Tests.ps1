BeforeDiscovery {
    $root = Resolve-Path (Join-Path $PSScriptRoot '../../..')
    $files = git -C $root ls-files --cached --others --exclude-standard '*.ps1' '*.psm1' '*.psd1' | ForEach-Object { @{ Name = $_; Path = Join-Path $root $_ } }
}

Describe '<Name>' -ForEach $files {
    It 'is PowerShell' {
        $errors = $null
        $null = [Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $errors)
        $errors | ForEach-Object { "$($_.Extent.StartLineNumber): $($_.Message)" } | Should -BeNullOrEmpty
    }
}

Describe '<Name>, which users run' -ForEach ($files | Where-Object { $_.Name -match '^(infra|docs)/' }) {
    It 'says which version it needs, and how it is used' {
        $parsed = [Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $null)
        $parsed.ScriptRequirements.RequiredPSVersion.Major | Should -BeGreaterOrEqual 7
        $parsed.GetHelpContent().Synopsis | Should -Not -BeNullOrEmpty
    }
}
