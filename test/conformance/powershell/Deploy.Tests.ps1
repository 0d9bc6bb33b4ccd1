Describe 'deploy.ps1' {
    BeforeAll {
        # A copy of the script in a project of its own: it packs what the package command leaves there.
        $project = Join-Path $TestDrive 'project'
        New-Item -ItemType Directory (Join-Path $project 'infra') | Out-Null
        Copy-Item (Join-Path $PSScriptRoot '../../../infra/deploy.ps1') (Join-Path $project 'infra')
        $script = Join-Path $project 'infra/deploy.ps1'
        $names = @{ ResourceGroup = 'rg-prod'; FrontApp = 'func-x'; WorkersApp = 'func-workers-x'; PackageStorage = 'stpackagesx' }

        # Stand for the programs: they write down their arguments, and fail as often as the test says.
        function global:npm {
            $global:Ran.Add("npm $args")
            if ("$args" -eq 'run package') {
                New-Item -ItemType Directory -Force 'dist/package/dist' | Out-Null
                Set-Content 'dist/package/host.json' '{}'
                Set-Content 'dist/package/dist/app.cjs' '// the app'
            }
            $global:LASTEXITCODE = [int] ($global:FailingPrograms -contains "npm $args")
        }
        function global:az {
            $run = "az $args"
            $global:Ran.Add($run)
            $global:LASTEXITCODE = 0
            if ("$args" -like 'storage blob upload*' -and $global:RefusedUploads -gt 0) {
                $global:RefusedUploads--
                $global:LASTEXITCODE = 1
            }
            if ($global:FailingPrograms | Where-Object { $run -like "$_*" }) { $global:LASTEXITCODE = 3 }
        }
        function Invoke-Deploy([hashtable] $More = @{}) { & $script @names -PauseSeconds 0 @More 6>&1 | ForEach-Object { "$_" } }
    }
    AfterAll { Remove-Item function:global:npm, function:global:az }
    BeforeEach {
        $global:Ran = [Collections.Generic.List[string]]::new()
        $global:FailingPrograms = @()
        $global:RefusedUploads = 0
    }

    It 'builds one package, and gives it to the workers, then to the API' {
        Invoke-Deploy | Should -Be 'func-workers-x runs the new package', 'func-x runs the new package'
        $Ran[0..1] | Should -Be 'npm ci', 'npm run package'
        $steps = @($Ran | Select-Object -Skip 2)
        $steps | Should -HaveCount 6
        $steps[0] | Should -BeLike 'az storage blob upload --auth-mode login --account-name stpackagesx --container-name workers --name released-package.zip *'
        $steps[1] | Should -Be 'az functionapp restart --resource-group rg-prod --name func-workers-x'
        $steps[2] | Should -BeLike 'az resource invoke-action --action syncfunctiontriggers * --name func-workers-x *'
        $steps[3] | Should -BeLike '* --container-name front --name released-package.zip *'
        $steps[4] | Should -BeLike '* --name func-x'
        $steps[5] | Should -BeLike '* --name func-x *'
    }

    It 'packs the files so that host.json is at the root' {
        $null = Invoke-Deploy
        $zip = [IO.Compression.ZipFile]::OpenRead((Join-Path $project 'dist/released-package.zip'))
        try { $zip.Entries.FullName | Sort-Object | Should -Be 'dist/app.cjs', 'host.json' } finally { $zip.Dispose() }
    }

    It 'tries an upload again, as new roles take effect late' {
        $global:RefusedUploads = 3
        Invoke-Deploy | Select-Object -Last 2 | Should -Be 'func-workers-x runs the new package', 'func-x runs the new package'
        @($Ran | Where-Object { $_ -like '*blob upload*' }) | Should -HaveCount 5
    }

    It 'gives up in the end, says what to check, and restarts nothing' {
        $global:RefusedUploads = 99
        { Invoke-Deploy @{ Attempts = 4 } } | Should -Throw '*ALLOWED_RANGES*Storage Blob Data Contributor*'
        @($Ran | Where-Object { $_ -like '*blob upload*' }) | Should -HaveCount 4
        $Ran | Where-Object { $_ -like '*restart*' } | Should -BeNullOrEmpty
    }

    It 'stops where <_> fails' -ForEach 'npm ci', 'npm run package', 'az functionapp restart', 'az resource invoke-action' {
        $global:FailingPrograms = @($_)
        { Invoke-Deploy } | Should -Throw "$_*ended with exit code *"
        $Ran[-1] | Should -BeLike "$_*"
    }

    It 'asks for <_> where neither azd nor the caller names it' -ForEach 'ResourceGroup', 'FrontApp', 'WorkersApp', 'PackageStorage' {
        $with = $names.Clone()
        $with[$_] = ''
        { & $script @with } | Should -Throw "There is no value for -$_. *"
        $Ran | Should -BeNullOrEmpty
    }
}
