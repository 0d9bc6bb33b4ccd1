# Runs docs/examples/change.ps1 against the local stack, which change.test.ts starts: $env:TEST_API lets everybody in,
# $env:TEST_ENTRA wants a token such as $env:TEST_TOKEN, and $env:TEST_FAULTY stands before the first and fails on demand.
# $env:TEST_PWSH is PowerShell itself, $env:TEST_USERS has users who are disabled and not registered.

BeforeAll {
    $script = Join-Path $PSScriptRoot '../../../docs/examples/change.ps1'
    $users = [Collections.Generic.Queue[object]]::new(@(ConvertFrom-Json $env:TEST_USERS))

    function Get-State([object] $User) { (Invoke-RestMethod "$env:TEST_API/users/$($User.id)/mfa-state").state }

    # What the script does when its caller is careful: operations, warnings, the error if there is one, and the exit code.
    function Invoke-Change([hashtable] $Parameters, [object[]] $Pipeline, [string] $Url = $env:TEST_API) {
        Set-StrictMode -Version Latest
        $arguments = @{ State = 'enabled'; Reason = 'a test'; Url = $Url } + @{}
        foreach ($name in $Parameters.Keys) { $arguments[$name] = $Parameters[$name] }
        $operations, $failure = @(), $null
        $global:LASTEXITCODE = 0
        try {
            $operations = @(
                if ($null -ne $Pipeline) { $Pipeline | & $script @arguments -WarningVariable warnings -WarningAction SilentlyContinue }
                else { & $script @arguments -WarningVariable warnings -WarningAction SilentlyContinue }
            )
        }
        catch { $failure = $_ }
        [pscustomobject]@{ Operations = $operations; Warnings = @($warnings); Failure = $failure; ExitCode = $global:LASTEXITCODE }
    }

    # The address of an API that fails, and the requests that came by there.
    function New-Faulty([string] $Fault, [int] $Times) {
        $key = New-Guid
        @{ Url = "$env:TEST_FAULTY/$key/$Fault/$Times/api"; Log = "$env:TEST_FAULTY/$key/log" }
    }
    function Get-Seen($Faulty) { Invoke-RestMethod $Faulty.Log | ForEach-Object { $_ } }
}

Describe 'change.ps1' {
    BeforeEach {
        $env:MFA_ACCESS_TOKEN = $env:MFA_URL = $env:MFA_AUDIENCE = $null
        $global:AzToken = $global:AzAskedFor = $null
    }

    It 'changes users, and returns the operation' {
        $two = $users.Dequeue(), $users.Dequeue()
        $ran = Invoke-Change @{ User = $two.userPrincipalName; Reason = 'Wave 2: grün & "gut" €' }
        $ran.Failure | Should -BeNullOrEmpty
        $ran.Operations | Should -HaveCount 1
        $ran.Operations[0].status | Should -Be 'Succeeded'
        $ran.Operations[0].counts.applied | Should -Be 2
        $ran.Operations[0].reason | Should -Be 'Wave 2: grün & "gut" €'
        $ran.Warnings | Should -BeNullOrEmpty
        $ran.ExitCode | Should -Be 0
        $two | ForEach-Object { Get-State $_ | Should -Be 'enabled' }
    }

    It 'changes nobody in a dry run' {
        $user = $users.Dequeue()
        $ran = Invoke-Change @{ User = $user.id; DryRun = $true }
        $ran.Operations[0].dryRun | Should -BeTrue
        $ran.Operations[0].counts.wouldChange | Should -Be 1
        Get-State $user | Should -Be 'disabled'
    }

    It 'does nothing twice with the same id' {
        $parameters = @{ User = $users.Dequeue().id; OperationId = New-Guid }
        $first, $second = 1..2 | ForEach-Object { Invoke-Change $parameters }
        $second.Operations[0].id | Should -Be $parameters.OperationId
        $second.Operations[0].createdDateTime | Should -Be $first.Operations[0].createdDateTime
    }

    It 'warns of who is refused and who fails, and ends with 2' {
        $user = $users.Dequeue()
        $ran = Invoke-Change @{ State = 'enforced'; User = $user.userPrincipalName, 'nobody@contoso.com' }
        $ran.ExitCode | Should -Be 2
        $ran.Failure | Should -BeNullOrEmpty
        $ran.Operations[0].status | Should -Be 'Failed'
        $ran.Warnings | Should -HaveCount 2
        "$($ran.Warnings[0])" | Should -BeLike "$($user.userPrincipalName): refused, *legacyAuthInterruption*"
        "$($ran.Warnings[1])" | Should -BeLike 'nobody@contoso.com: failed, userNotFound. *'
    }

    It 'overrides a safety check' {
        $user = $users.Dequeue()
        $ran = Invoke-Change @{ State = 'enforced'; User = $user.id; Acknowledge = 'legacyAuthInterruption' }
        $ran.Operations[0].status | Should -Be 'Succeeded'
        Get-State $user | Should -Be 'enforced'
    }

    It 'warns of everybody, however many pages they are' {
        $ran = Invoke-Change @{} -Pipeline (1..1050 | ForEach-Object { "nobody-$_@contoso.com" })
        $ran.Warnings | Should -HaveCount 1050
        $ran.ExitCode | Should -Be 2
    }
}

Describe 'Users of change.ps1' {
    It 'may come through the pipeline as <Case>' -ForEach @(
        @{ Case = 'names'; Make = { $args.userPrincipalName } }
        @{ Case = 'ids'; Make = { $args.id } }
        @{ Case = 'ids that are no text'; Make = { $args.ForEach({ [guid] $_.id }) } }
        @{ Case = 'objects with a name and an id'; Make = { $args } }
        @{ Case = 'objects with a name'; Make = { $args | Select-Object UserPrincipalName } }
        @{ Case = 'objects with an id'; Make = { $args | Select-Object Id, DisplayName } }
        @{ Case = 'objects whose name is empty'; Make = { $args | Select-Object Id, @{ Name = 'UserPrincipalName'; Expression = { '' } } } }
        @{ Case = 'hashtables'; Make = { $args | ForEach-Object { @{ UserPrincipalName = $_.userPrincipalName } } } }
        @{ Case = 'rows of a CSV file'; Make = { "user,note", ($args | ForEach-Object { " $($_.userPrincipalName) ,x" }) | ForEach-Object { $_ } | ConvertFrom-Csv } }
        @{ Case = 'rows of an export'; Make = { $args | Select-Object UserPrincipalName, DisplayName | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ Case = 'a list in one piece'; Make = { , $args.id } }
    ) {
        $three = $users.Dequeue(), $users.Dequeue(), $users.Dequeue()
        $ran = Invoke-Change @{} -Pipeline @(& $Make @three)
        $ran.Failure | Should -BeNullOrEmpty
        $ran.Operations[0].counts.applied | Should -Be 3
    }

    It 'may be one' {
        (Invoke-Change @{} -Pipeline $users.Dequeue()).Operations[0].counts.applied | Should -Be 1
    }

    It 'may be none: then nothing is done' {
        $faulty = New-Faulty 'drop' 0
        $ran = Invoke-Change @{} -Pipeline @() -Url $faulty.Url
        $ran.Failure | Should -BeNullOrEmpty
        "$($ran.Warnings)" | Should -BeLike '*no users*'
        Get-Seen $faulty | Should -BeNullOrEmpty
    }

    It 'must say who they are, before anything is requested' {
        $faulty = New-Faulty 'drop' 0
        $ran = Invoke-Change @{} -Pipeline 'a@contoso.com', ([pscustomobject]@{ Mail = 'b@contoso.com' }) -Url $faulty.Url
        "$($ran.Failure)" | Should -BeLike '*neither User, UserPrincipalName nor Id*b@contoso.com*'
        Get-Seen $faulty | Should -BeNullOrEmpty
    }

    It 'go into as many requests as they need, each with an id of its own that is the same the next time' {
        $id = $users.Dequeue().id
        $many = [object[]]::new(100001)
        [array]::Fill($many, $id)
        $parameters = @{ DryRun = $true; OperationId = New-Guid }
        $first, $second = 1..2 | ForEach-Object { Invoke-Change $parameters -Pipeline $many }
        $first.Failure | Should -BeNullOrEmpty
        $first.Operations.references | Should -Be 100000, 1
        $first.Operations[0].id | Should -Be $parameters.OperationId
        $first.Operations[1].id | Should -Not -Be $parameters.OperationId
        $second.Operations.id | Should -Be $first.Operations.id
        $second.Operations.createdDateTime | Should -Be $first.Operations.createdDateTime
    }
}

Describe 'What the API says to change.ps1' {
    BeforeEach { $env:MFA_ACCESS_TOKEN = $global:AzToken = $null }

    It 'is what the user reads, at once, where a request is wrong' {
        $faulty = New-Faulty 'drop' 0
        $ran = Invoke-Change @{ User = $users.Dequeue().id, 'not a user'; Acknowledge = 'everything' } -Url $faulty.Url
        $ran.Failure.FullyQualifiedErrorId | Should -BeLike 'InvalidRequest*'
        "$($ran.Failure)" | Should -BeLike '400 InvalidRequest: *'
        "$($ran.Failure)" | Should -BeLike '*users`[1`]: *'
        "$($ran.Failure)" | Should -BeLike '*acknowledge*'
        Get-Seen $faulty | Should -HaveCount 1
    }

    It 'is what the user reads where an id is used for another request' {
        $id = New-Guid
        $null = Invoke-Change @{ User = $users.Dequeue().id; OperationId = $id }
        "$((Invoke-Change @{ User = $users.Dequeue().id; OperationId = $id }).Failure)" | Should -BeLike '409 OperationIdConflict: *'
    }

    It 'is what the user reads on the screen, and the exit code is 1' {
        $out = & $env:TEST_PWSH -NoProfile -NonInteractive -File $script -State enabled -User 'not a user' -Reason 'a test' -Url $env:TEST_API 2>&1
        $LASTEXITCODE | Should -Be 1
        "$out" -replace '\s+', ' ' | Should -BeLike '*400 InvalidRequest: *'
    }

    It 'ends a PowerShell with 0 or 2 where it took the request' {
        $null = & $env:TEST_PWSH -NoProfile -NonInteractive -File $script -State enabled -User $users.Dequeue().id -Reason 'a test' -Url $env:TEST_API *>&1
        $LASTEXITCODE | Should -Be 0
        $null = & $env:TEST_PWSH -NoProfile -NonInteractive -File $script -State enabled -User 'nobody@contoso.com' -Reason 'a test' -Url $env:TEST_API *>&1
        $LASTEXITCODE | Should -Be 2
    }

    It 'is that a token is missing' {
        "$((Invoke-Change @{ User = $users.Dequeue().id } -Url $env:TEST_ENTRA).Failure)" | Should -BeLike '401 Unauthorized: Send an access token*'
    }

    It 'is that a role is missing' {
        $env:MFA_ACCESS_TOKEN = $env:TEST_WEAK_TOKEN
        "$((Invoke-Change @{ User = $users.Dequeue().id } -Url $env:TEST_ENTRA).Failure)" | Should -BeLike '403 *MfaState.Strengthen*'
    }

    It 'is told from what something else says at the address' {
        $failure = (Invoke-Change @{ User = $users.Dequeue().id } -Url (New-Faulty '404' 1).Url).Failure
        "$failure" | Should -BeLike '404 UnknownAnswer: *Check the address*gateway failed*'
    }
}

Describe 'The token of change.ps1' {
    BeforeEach { $env:MFA_ACCESS_TOKEN = $global:AzToken = $global:AzAskedFor = $null }

    It 'may come from the environment' {
        $env:MFA_ACCESS_TOKEN = $env:TEST_TOKEN
        (Invoke-Change @{ User = $users.Dequeue().id } -Url $env:TEST_ENTRA).Operations[0].status | Should -Be 'Succeeded'
    }

    It 'may come from Az, <Case>' -ForEach @(
        @{ Case = 'as text'; Form = { $args[0] } }
        @{ Case = 'as a SecureString'; Form = { ConvertTo-SecureString $args[0] -AsPlainText } }
    ) {
        $global:AzToken = & $Form $env:TEST_TOKEN
        $ran = Invoke-Change @{ User = $users.Dequeue().id; Audience = 'api://per-user-mfa' } -Url $env:TEST_ENTRA
        $ran.Failure | Should -BeNullOrEmpty
        $ran.Operations[0].status | Should -Be 'Succeeded'
        $global:AzAskedFor | Should -Be 'api://per-user-mfa'
    }

    It 'cannot come from Az where nobody is signed in' {
        "$((Invoke-Change @{ User = 'a@contoso.com'; Audience = 'api://per-user-mfa' }).Failure)" | Should -Be 'Run Connect-AzAccount to login.'
    }

    It 'is not sent over http to another machine' {
        $env:MFA_ACCESS_TOKEN = 'a-secret'
        $failure = (Invoke-Change @{ User = 'a@contoso.com' } -Url 'http://mfa.contoso.com/api').Failure
        "$failure" | Should -Be 'Use https: on the way to http://mfa.contoso.com others could read the access token.'
    }

    It 'is asked for where there is none for another machine' {
        "$((Invoke-Change @{ User = 'a@contoso.com' } -Url 'https://mfa.contoso.com/api').Failure)" | Should -BeLike '*Connect-AzAccount*'
    }
}

Describe 'change.ps1 and a service that is away' {
    BeforeEach { $env:MFA_ACCESS_TOKEN = $null }

    It 'tries again after <_>' -ForEach '503-1', '429-1', '503-date', '503', '502', '500', 'drop' {
        $faulty = New-Faulty $_ 1
        $ran = Invoke-Change @{ User = $users.Dequeue().id } -Url $faulty.Url
        $ran.Failure | Should -BeNullOrEmpty
        $ran.Operations[0].counts.applied | Should -Be 1
        $seen = @(Get-Seen $faulty)
        $seen[0..1].method | Should -Be 'POST', 'POST'
        $seen[0].fault | Should -Not -BeNullOrEmpty
    }

    It 'waits as long as Retry-After asks for' {
        $faulty = New-Faulty '503-3' 1
        $null = Invoke-Change @{ User = $users.Dequeue().id } -Url $faulty.Url
        $seen = @(Get-Seen $faulty)
        $seen[1].atMs - $seen[0].atMs | Should -BeGreaterOrEqual 2900
    }

    It 'tells of an API that goes on failing' {
        $faulty = New-Faulty '503-0' 99
        $ran = Invoke-Change @{ User = 'a@contoso.com' } -Url $faulty.Url
        "$($ran.Failure)" | Should -BeLike '503 *'
        Get-Seen $faulty | Should -HaveCount 5
    }

    It 'tells of an address where nothing is' {
        "$((Invoke-Change @{ User = 'a@contoso.com' } -Url $env:TEST_CLOSED).Failure)" | Should -BeLike 'http://127.0.0.1:* cannot be reached: *'
    }

    It 'asks for the address where there is none' {
        "$((Invoke-Change @{ User = 'a@contoso.com' } -Url '').Failure)" | Should -BeLike '*MFA_URL*'
    }
}
