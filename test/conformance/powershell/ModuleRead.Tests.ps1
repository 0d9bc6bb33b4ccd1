BeforeAll {
    . (Join-Path $PSScriptRoot 'ModuleSupport.ps1')
    # Lets the service sweep over all users now, and waits until it is done.
    function Start-Sweep {
        $null = Invoke-RestMethod "$env:TEST_HOST/admin/functions/sweepRegistrations" -Method Post -Body '{}' -ContentType 'application/json'
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while (-not (Get-PerUserMfaSweep | Where-Object Status -EQ completed)) {
            if ($watch.Elapsed.TotalSeconds -gt 60) { throw 'The sweep does not end.' }
            Start-Sleep -Milliseconds 100
        }
    }
    Reset-Caller
    $null = Connect-PerUserMfa $env:TEST_API
    $early = @{ Users = @(Get-PerUserMfaUser -WarningVariable listed -WarningAction SilentlyContinue) }
    $null = Get-PerUserMfaSummary -WarningVariable counted -WarningAction SilentlyContinue
    $early.Warnings = "$listed", "$counted"
    Start-Sweep
    $users = Get-TestUser 130
    $operation = $users | Set-PerUserMfaState enabled -Reason 'to be read'
    $null = Wait-Result 131 { Get-PerUserMfaAudit -OperationId $operation.Id }
}

Describe 'A user' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'is read by name, by id, and as an object' {
        $user = $users[0]
        $found = $user.userPrincipalName, $user.id, $user | Get-PerUserMfaUser
        $found.Id | Should -Be $user.id, $user.id, $user.id
        $found.State | Should -Be 'enabled', 'enabled', 'enabled'
        $found.Registered | Should -Be $false, $false, $false
        $found[0].User | Should -Be $user.userPrincipalName
        $found[0].AsOfDateTime | Should -BeOfType datetime
    }

    It 'who is not found is an error, and the others are read' {
        $failures, $found = ('nobody@contoso.com', '', $users[0].id | Get-PerUserMfaUser 2>&1).Where({ $_ -is [Management.Automation.ErrorRecord] }, 'Split')
        $found.Id | Should -Be $users[0].id
        $failures.ForEach({ ($_.FullyQualifiedErrorId -split ',')[0] }) | Should -Be 'UserNotFound', 'UserMissing'
        $failures[0].TargetObject | Should -Be 'nobody@contoso.com'
    }
}

Describe 'Users in a list' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'are all of them, in as many pages as they are' {
        $all = Get-PerUserMfaUser
        $all.Count | Should -BeGreaterThan 2500
        ($all.Id | Select-Object -Unique).Count | Should -Be $all.Count
        $all[0].PSTypeNames | Should -Contain 'PerUserMfa.ListedUser'
    }

    It 'are those with a state, a registration and a name' {
        $one = Get-PerUserMfaUser -State Enabled -Registered $true -First 1
        $one.State, $one.Registered | Should -Be 'enabled', $true
        (Get-PerUserMfaUser -Search $one.UserPrincipalName.ToUpperInvariant()).Id | Should -Contain $one.Id
        $several = Get-PerUserMfaUser -State Disabled, enforced -UserType guest
        $several.State | Sort-Object -Unique | Should -Be 'disabled', 'enforced'
        $several.UserType | Sort-Object -Unique | Should -Be 'Guest'
    }

    It 'are a file, also with a byte order mark' {
        $file = Export-PerUserMfaUser (Join-Path $TestDrive users.csv) -State disabled -ByteOrderMark
        [IO.File]::ReadAllBytes($file)[0..2] | Should -Be 0xEF, 0xBB, 0xBF
        $users = Import-Csv $file
        $users.id | Should -Be (Get-PerUserMfaUser -State disabled).Id
        $lines = Get-Content (Export-PerUserMfaUser (Join-Path $TestDrive users.ndjson) -State disabled)
        ($lines | ConvertFrom-Json).id | Should -Be $users.id
    }

    It 'are counted over time' {
        $day = Get-PerUserMfaCoverage | Select-Object -Last 1
        $day.Users | Should -Be @(Get-PerUserMfaUser).Count
        $day.PSTypeNames | Should -Contain 'PerUserMfa.CoverageDay'
    }

    It 'are counted' {
        $counts = Get-PerUserMfaSummary
        ($counts | Measure-Object Users -Sum).Sum | Should -Be @(Get-PerUserMfaUser).Count
        $counts[0].AsOfDateTime | Should -BeOfType datetime
    }

    It 'come from sweeps' {
        $sweep = Get-PerUserMfaSweep -First 1
        $sweep.Status | Should -Be 'completed'
        $sweep.ListedUsers | Should -BeGreaterThan 2500
        $sweep | Out-String | Should -BeLike '*completed*'
    }

    It 'may be missing before the first sweep, of which there is a warning' {
        $early.Users.Count | Should -BeLessThan 2500
        $early.Warnings[0] | Should -BeLike 'No registration sweep is complete yet*'
        $early.Warnings[1] | Should -BeLike 'No registration sweep is complete yet*'
    }
}

Describe 'A list' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'of <Name> has as many as -First says, and no more pages are requested than that needs' -ForEach @(
        @{ Name = 'users'; Command = { Get-PerUserMfaUser -First $args[0] } }
        @{ Name = 'operations'; Command = { Get-PerUserMfaOperation -First $args[0] } }
        @{ Name = 'items'; Command = { Get-PerUserMfaOperationItem $operation.Id -First $args[0] } }
        @{ Name = 'audit entries'; Command = { Get-PerUserMfaAudit -OperationId $operation.Id -First $args[0] } }
        @{ Name = 'sweeps'; Command = { Get-PerUserMfaSweep -First $args[0] } }
    ) {
        $log = Connect-Faulty drop 0
        @(& $Command 1).Count | Should -Be 1
        @(& $Command 0).Count | Should -Be 0
        @(Get-Seen $log).Count | Should -Be 1
    }

    It 'reads as many pages as -First needs, and no more' {
        $log = Connect-Faulty drop 0
        $before = @(Get-Seen "$env:TEST_FAULTY/-/log").Count
        $entries = Get-PerUserMfaAudit -OperationId $operation.Id -First 120 # a page has 100
        $entries.Count | Should -Be 120
        @(Get-Seen $log).Count | Should -Be 1
        @(Get-Seen "$env:TEST_FAULTY/-/log").Count - $before | Should -Be 1
    }

    It 'stops with Select-Object too' {
        $null = Connect-Faulty drop 0
        $before = @(Get-Seen "$env:TEST_FAULTY/-/log").Count
        @(Get-PerUserMfaUser | Select-Object -First 2).Count | Should -Be 2
        @(Get-Seen "$env:TEST_FAULTY/-/log").Count | Should -Be $before
    }

    It 'of items has as many as -First says over all outcomes together' {
        $mixed = @($users[0].id, 'nobody@contoso.com', 'no.one@contoso.com') | Set-PerUserMfaState enabled -Reason 'a test' -WarningAction SilentlyContinue
        (Get-PerUserMfaOperationItem $mixed.Id -Outcome unchanged, failed -First 2).Outcome | Should -Be 'unchanged', 'failed'
    }
}

Describe 'The audit record' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'is filtered by <Name>' -ForEach @(
        @{ Name = 'user'; Command = { Get-PerUserMfaAudit -User $users[1].userPrincipalName }; Count = 1 }
        @{ Name = 'user, as an object'; Command = { $users[1], $users[2] | Get-PerUserMfaAudit }; Count = 2 }
        @{ Name = 'operation'; Command = { Get-PerUserMfaAudit -OperationId $operation.Id }; Count = 131 }
        @{ Name = 'event'; Command = { Get-PerUserMfaAudit -OperationId $operation.Id -Event StateChanged }; Count = 130 }
        @{ Name = 'another event'; Command = { Get-PerUserMfaAudit -OperationId $operation.Id -Event stateChangeFailed }; Count = 0 }
        @{ Name = 'another actor'; Command = { Get-PerUserMfaAudit -OperationId $operation.Id -Actor unknown }; Count = 0 }
        @{ Name = 'time'; Command = { Get-PerUserMfaAudit -OperationId $operation.Id -Event stateChanged -From $operation.CreatedDateTime -To $operation.FinishedDateTime.AddSeconds(1) }; Count = 130 }
        @{ Name = 'a later time'; Command = { Get-PerUserMfaAudit -OperationId $operation.Id -From $operation.FinishedDateTime.AddSeconds(1) }; Count = 0 }
    ) {
        @(& $Command).Count | Should -Be $Count
    }

    It 'has times in the time zone of the user, and takes them so' {
        $command = "Import-Module '$modulePath'; `$null = Connect-PerUserMfa $env:TEST_API; `$e = Get-PerUserMfaAudit -User $($users[1].id); @(Get-PerUserMfaAudit -User $($users[1].id) -From `$e.RecordedDateTime.AddSeconds(-1) -To `$e.RecordedDateTime.AddSeconds(1)).Count; `$e.RecordedDateTime.ToString('yyyy-MM-dd HH:mm')"
        $zone, $env:TZ = $env:TZ, 'Asia/Tokyo'
        try { $said = & $env:TEST_PWSH -NoProfile -NonInteractive -Command $command }
        finally { $env:TZ = $zone }
        $said[0] | Should -Be '1'
        $utc = (Get-PerUserMfaAudit -User $users[1].id).RecordedDateTime.ToUniversalTime()
        $said[1] | Should -Be $utc.AddHours(9).ToString('yyyy-MM-dd HH:mm')
    }

    It 'is exported as <Format>' -ForEach @(
        @{ Format = 'csv'; Read = { Import-Csv $args[0] } }
        @{ Format = 'ndjson'; Read = { Get-Content $args[0] | ConvertFrom-Json } }
    ) {
        $file = Export-PerUserMfaAudit "TestDrive:audit.$Format" -OperationId $operation.Id -Event stateChanged
        $file | Should -BeOfType IO.FileInfo
        (& $Read $file).userId | Sort-Object | Should -Be ($users.id | Sort-Object)
        Get-ChildItem TestDrive: -Filter *.partial | Should -BeNullOrEmpty
    }

    It 'is exported in parts, byte for byte' {
        # More entries than one answer holds.
        $nobodies = 1..5100 | ForEach-Object { "nobody-$_@contoso.com" }
        $many = $nobodies | Set-PerUserMfaState enabled -Reason 'größer' -WarningAction SilentlyContinue
        $rows = Wait-Result 5100 { Export-PerUserMfaAudit TestDrive:many.csv -OperationId $many.Id -Event stateChangeFailed | Import-Csv }
        ($rows.reference | Sort-Object) | Should -Be ($nobodies | Sort-Object)
        $rows[-1].reason | Should -Be 'größer'
    }

    It 'is not exported over a file with -NoClobber, nor with -WhatIf' {
        Set-Content TestDrive:kept.csv 'kept'
        Get-ErrorId { Export-PerUserMfaAudit TestDrive:kept.csv -NoClobber } | Should -Be 'FileExists'
        Export-PerUserMfaAudit TestDrive:kept.csv -WhatIf | Should -BeNullOrEmpty
        Get-Content TestDrive:kept.csv | Should -Be 'kept'
    }

    It 'leaves a file as it is where the export fails' {
        Set-Content TestDrive:kept.csv 'kept'
        $null = Connect-Faulty 404 99
        $null = Get-Failure { Export-PerUserMfaAudit TestDrive:kept.csv }
        Get-Content TestDrive:kept.csv | Should -Be 'kept'
        Get-ChildItem TestDrive: -Filter *.partial | Should -BeNullOrEmpty
    }

    It 'is not written where no file can be' {
        "$(Get-Failure { Export-PerUserMfaAudit (Join-Path $TestDrive 'missing/audit.csv') })" | Should -BeLike 'The file *audit.csv cannot be written: *'
    }
}

Describe 'The policy of the tenant' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'is read, and shown with what is not known' {
        $policy = Get-PerUserMfaTenantPolicy
        $policy.SecurityDefaults | Should -BeFalse
        $policy.LoweringDailyLimit | Should -BeGreaterThan 0
        $policy | Out-String | Should -BeLike '*Conditional Access requires MFA : not known: *'
    }
}

Describe 'What is shown of <Name>' -ForEach @(
    @{ Name = 'operations'; Command = { Get-PerUserMfaOperation -First 2 } }
    @{ Name = 'items'; Command = { Get-PerUserMfaOperationItem $operation.Id -First 2 } }
    @{ Name = 'a user'; Command = { Get-PerUserMfaUser $users[0] } }
    @{ Name = 'users'; Command = { Get-PerUserMfaUser -First 2 } }
    @{ Name = 'counts'; Command = { Get-PerUserMfaSummary } }
    @{ Name = 'audit entries'; Command = { Get-PerUserMfaAudit -First 2 } }
    @{ Name = 'sweeps'; Command = { Get-PerUserMfaSweep -First 2 } }
    @{ Name = 'a connection'; Command = { Connect-PerUserMfa $env:TEST_API } }
) {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'is a table that fits 80 columns' {
        $lines = (& $Command | Out-String -Width 80) -split '\r?\n' | Where-Object { $_ }
        $lines[1] | Should -Match '^[- ]+$'
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines[0] | Should -Not -Match '…'
    }
}
