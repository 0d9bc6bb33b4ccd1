# The module PerUserMfa as it is written: what it exports, its help, its words, and its fit to the contract of the API.
BeforeDiscovery {
    $folder = Join-Path $PSScriptRoot '../../../powershell/PerUserMfa'
    $files = Get-ChildItem $folder -Recurse -Include *.ps1, *.psm1 | ForEach-Object { @{ Name = $_.Name; Path = $_.FullName } }
    $module = Import-Module $folder -PassThru -Force
    $commands = $module.ExportedFunctions.Values | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
    $contract = Get-Content (Join-Path $PSScriptRoot '../../../openapi.json') -Raw | ConvertFrom-Json -AsHashtable
    $shapes = & $module { $script:Shapes }
    $shapeCases = $shapes.Keys | ForEach-Object { @{ Name = $_; Shape = $shapes[$_]; Schema = $contract.components.schemas[$_] } }
    $page = Join-Path $PSScriptRoot '../../../docs/powershell.md'
    $blocks = [regex]::Matches((Get-Content $page -Raw), '(?s)```powershell\r?\n(.*?)```') | ForEach-Object { $_.Groups[1].Value }
    $examples = @($commands.Command | ForEach-Object { $name = $_.Name; (Get-Help $name -Full).examples.example | ForEach-Object { @{ Where = "the help of $name"; Code = $_.code } } }) +
        @($blocks | ForEach-Object { @{ Where = 'docs/powershell.md'; Code = $_ } }) + @{ Where = 'docs/examples/change.ps1'; Code = Get-Content (Join-Path $PSScriptRoot '../../../docs/examples/change.ps1') -Raw }
}

BeforeAll {
    $folder = Join-Path $PSScriptRoot '../../../powershell/PerUserMfa'
    $contract = Get-Content (Join-Path $PSScriptRoot '../../../openapi.json') -Raw | ConvertFrom-Json -AsHashtable

    function Get-Tree([string] $Code) {
        $errors = $null
        $tree = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        $tree
    }
    function Get-Call([Management.Automation.Language.Ast] $Tree) { $Tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true) }

    # The words that a parameter of the module takes.
    function Get-Word([string] $Command, [string] $Parameter) {
        (Get-Command $Command).Parameters[$Parameter].Attributes.Where({ $_ -is [ValidateSet] }).ValidValues
    }
    # The properties of a schema, with those of objects in it as "object.property".
    function Get-SchemaPath([Collections.IDictionary] $Schema) {
        foreach ($name in $Schema.properties.Keys) {
            $property = $Schema.properties[$name]
            if ($property.anyOf) { $property = $property.anyOf | Where-Object { $_.type -ne 'null' } | Select-Object -First 1 }
            if ($property.properties) { Get-SchemaPath $property | ForEach-Object { "$name.$_" } } else { $name }
        }
    }
    # The words of a property of listed users; what is null in an answer is unknown in a filter.
    function Get-ListedWord([string] $Property) { $contract.components.schemas.ListedUser.properties.$Property.enum.ForEach({ $_ ?? 'unknown' }) }
    function Get-QueryWord([string] $Path, [string] $Parameter) { ($contract.paths[$Path].get.parameters | Where-Object name -EQ $Parameter).schema.enum }
}

Describe 'The manifest' {
    BeforeAll { $manifest = Test-ModuleManifest (Join-Path $folder PerUserMfa.psd1) }

    It 'exports the commands of Public, and nothing else' {
        $manifest.ExportedFunctions.Keys | Sort-Object | Should -Be ((Get-ChildItem (Join-Path $folder Public)).BaseName | Sort-Object)
        $manifest.ExportedCmdlets.Count + $manifest.ExportedAliases.Count + $manifest.ExportedVariables.Count | Should -Be 0
    }

    It 'has the version of the package, and needs PowerShell 7.2' {
        $manifest.Version | Should -Be (Get-Content (Join-Path $folder ../../package.json) -Raw | ConvertFrom-Json).version
        $manifest.PowerShellVersion | Should -Be '7.2'
    }
}

Describe 'Text from outside' {
    BeforeAll {
        $module = Import-Module $folder -PassThru -Force
        # Controls, marks of direction, separators, zero-width and other hidden characters, tags, and halves of pairs.
        $codes = @(0..8) + 11 + 12 + @(14..31) + @(127..159) + 0xAD, 0x34F, 0x61C, 0x115F, 0x180E + @(0x200B..0x200F) +
            @(0x2028..0x202E) + @(0x2060..0x206F) + 0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xD83D, 0xDE00
        $hidden = ($codes | ForEach-Object { "a$([char] $_)" }) -join 'b'
        $hidden += [char]::ConvertFromUtf32(0xE0041)
        $unseen = '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034F\u115F\u3164\uFE0F\uFFA0-[\r\n]]'
    }

    It 'is shown with a name for each hidden character' {
        & $module { ConvertTo-VisibleText $args[0] } "$([char] 27)[31mred$([char] 0x202E)txt.exe`tb`r`nc" | Should -Be "<U+001B>[31mred<U+202E>txt.exe b`nc"
        $shown = & $module { ConvertTo-VisibleText $args[0] } $hidden
        $shown | Should -Not -Match $unseen
        ([regex]::Matches($shown, '<U\+')).Count | Should -Be ($codes.Count + 1)
        $shown | Should -BeLike '*<U+D83D>*<U+DE00>*<U+E0041>'
    }

    It 'stays as it is without hidden characters' {
        $text = "Zoë 山田 $([char]::ConvertFromUtf32(0x1F600)) a`nb"
        & $module { ConvertTo-VisibleText $args[0] } $text | Should -BeExactly $text
    }

    It 'is harmless in the view of <Type>, and exact in its objects' -ForEach @(
        @{ Type = 'OperationItem'; Property = 'Reference' }, @{ Type = 'OperationItem'; Property = 'Code' }
        @{ Type = 'UserState'; Property = 'User' }, @{ Type = 'ListedUser'; Property = 'UserPrincipalName' }
        @{ Type = 'AuditEntry'; Property = 'Reference' }, @{ Type = 'Connection'; Property = 'ServiceVersion' }
    ) {
        $object = [ordered]@{ PSTypeName = "PerUserMfa.$Type" }
        foreach ($name in 'Reference', 'Outcome', 'From', 'To', 'Code', 'User', 'State', 'Registered', 'AsOfDateTime', 'UserPrincipalName', 'EnabledDateTime', 'RecordedDateTime', 'Event', 'BaseUri', 'Authentication', 'ServiceVersion') { $object[$name] = $null }
        $object[$Property] = "x$([char] 0x202E)y$([char] 0x9B)z"
        $shown = [pscustomobject] $object
        $text = ($shown | Format-Table | Out-String -Width 300) -replace '\s' # narrow columns wrap
        $text | Should -BeLike '*x<U+202E>y<U+009B>z*'
        $text | Should -Not -Match "[$([char] 0x202E)$([char] 0x9B)]"
        $shown.$Property | Should -BeExactly "x$([char] 0x202E)y$([char] 0x9B)z"
    }

    It 'is harmless in an error' {
        $record = & $module { New-Error 'Wrong' $args[0] } "x$([char] 27)[2Jy"
        "$record" | Should -Be 'x<U+001B>[2Jy'
    }
}

Describe 'The types of the module' {
    It '<Name> have every property of the contract, and no other' -ForEach $shapeCases {
        $Schema | Should -Not -BeNullOrEmpty
        $Shape.Values | Sort-Object | Should -Be (Get-SchemaPath $Schema | Sort-Object)
    }
}

Describe 'The words of the module' {
    It '-<Parameter> of <Command> are those of the contract' -ForEach @(
        @{ Command = 'Set-PerUserMfaState'; Parameter = 'State'; Words = { $contract.components.schemas.StateChangeRequest.properties.state.enum } }
        @{ Command = 'Set-PerUserMfaState'; Parameter = 'Acknowledge'; Words = { $contract.components.schemas.StateChangeRequest.properties.acknowledge.items.enum } }
        @{ Command = 'Restart-PerUserMfaOperation'; Parameter = 'Acknowledge'; Words = { $contract.components.schemas.RetryRequest.properties.acknowledge.items.enum } }
        @{ Command = 'Undo-PerUserMfaOperation'; Parameter = 'Acknowledge'; Words = { $contract.components.schemas.UndoRequest.properties.acknowledge.items.enum } }
        @{ Command = 'Get-PerUserMfaOperationItem'; Parameter = 'Outcome'; Words = { $contract.components.schemas.OperationItem.properties.outcome.enum } }
        @{ Command = 'Get-PerUserMfaUser'; Parameter = 'State'; Words = { Get-ListedWord state } }
        @{ Command = 'Export-PerUserMfaUser'; Parameter = 'State'; Words = { Get-ListedWord state } }
        @{ Command = 'Get-PerUserMfaUser'; Parameter = 'MethodClass'; Words = { Get-ListedWord methodClass } }
        @{ Command = 'Export-PerUserMfaUser'; Parameter = 'MethodClass'; Words = { Get-ListedWord methodClass } }
        @{ Command = 'Get-PerUserMfaUser'; Parameter = 'Registered'; Words = { 'true', 'false', 'unknown' } }
        @{ Command = 'Get-PerUserMfaAudit'; Parameter = 'Event'; Words = { Get-QueryWord '/audit' event } }
        @{ Command = 'Export-PerUserMfaAudit'; Parameter = 'Event'; Words = { Get-QueryWord '/audit/export' event } }
        @{ Command = 'Export-PerUserMfaAudit'; Parameter = 'Format'; Words = { 'csv', 'ndjson' } }
    ) {
        $expected = & $Words
        $expected | Should -Not -BeNullOrEmpty
        Get-Word $Command $Parameter | Should -Be $expected
    }

    It '-User and -Reason take as much as the contract allows' {
        $request = $contract.components.schemas.StateChangeRequest.properties
        (Get-Command Set-PerUserMfaState).Parameters['Reason'].Attributes.Where({ $_ -is [ValidateLength] }).MaxLength | Should -Be $request.reason.maxLength
        & (Get-Module PerUserMfa) { $script:MostUsers } | Should -Be $request.users.maxItems
    }
}

Describe '<Name>' -ForEach $commands {
    It 'has help: what it does, each parameter, examples' {
        $help = Get-Help $Name -Full
        $help.Synopsis | Should -Not -BeLike "$Name*" # what PowerShell makes up
        $help.description | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterThan 0
        $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
        foreach ($parameter in $Command.Parameters.Keys | Where-Object { $_ -notin $common }) {
            $described = $help.parameters.parameter | Where-Object name -EQ $parameter
            $described.PSObject.Properties['description'] | Should -Not -BeNullOrEmpty -Because "-$parameter has none"
        }
        $documented = [regex]::Matches($Command.Definition, '(?m)^\s*\.PARAMETER (\w+)').ForEach({ $_.Groups[1].Value })
        $documented | Where-Object { $_ -notin $Command.Parameters.Keys } | Should -BeNullOrEmpty
    }

    It 'has an approved verb, and says what it returns' {
        $Command.Verb | Should -BeIn (Get-Verb).Verb
        if ($Name -ne 'Disconnect-PerUserMfa') { $Command.OutputType | Should -Not -BeNullOrEmpty }
    }
}

Describe 'An example in <Where>' -ForEach $examples {
    It 'names commands of the module and parameters that they have' {
        foreach ($called in Get-Call (Get-Tree $Code)) {
            $name = $called.GetCommandName()
            if ($name -notlike '*PerUserMfa*') { continue }
            $command = Get-Command $name -ErrorAction Stop
            foreach ($parameter in $called.CommandElements.Where({ $_ -is [Management.Automation.Language.CommandParameterAst] })) {
                $command.Parameters.Keys | Should -Contain $parameter.ParameterName
            }
        }
    }
}

Describe 'The file <Name>' -ForEach $files {
    BeforeAll { $tree = Get-Tree (Get-Content $Path -Raw) }

    It 'calls commands by their full names' {
        $aliases = Get-Call $tree | ForEach-Object { $_.GetCommandName() } | Where-Object { $_ -and (Get-Command $_ -CommandType Alias -ErrorAction Ignore) }
        $aliases | Should -BeNullOrEmpty
    }

    It 'has functions with approved verbs' {
        $functions = $tree.FindAll({ $args[0] -is [Management.Automation.Language.FunctionDefinitionAst] }, $true)
        $functions.Name | Where-Object { $_ } | ForEach-Object { ($_ -split '-')[0] } | Where-Object { $_ -notin (Get-Verb).Verb } | Should -BeNullOrEmpty
    }

    It 'uses each of its parameters' {
        foreach ($block in $tree.FindAll({ $args[0] -is [Management.Automation.Language.ScriptBlockAst] -and $args[0].ParamBlock }, $true)) {
            $used = $block.FindAll({ $args[0] -is [Management.Automation.Language.VariableExpressionAst] -and $args[0].Parent -isnot [Management.Automation.Language.ParameterAst] }, $true).VariablePath.UserPath
            if ($used -contains 'PSBoundParameters') { continue }
            $block.ParamBlock.Parameters.Name.VariablePath.UserPath | Where-Object { $_ -notin $used } | Should -BeNullOrEmpty
        }
    }
}
