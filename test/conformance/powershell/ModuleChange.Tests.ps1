BeforeAll {
    . (Join-Path $PSScriptRoot 'ModuleSupport.ps1')
    $unknown = '00000000-0000-4000-8000-000000000000'
}

Describe 'Set-PerUserMfaState' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'takes a CSV file through to the audit record' {
        $users = Get-TestUser 3
        $users | Select-Object @{ Name = 'user'; Expression = 'userPrincipalName' }, @{ Name = 'note'; Expression = { 'x' } } | Export-Csv TestDrive:users.csv
        $operation = Import-Csv TestDrive:users.csv | Set-PerUserMfaState enabled -Reason 'Wave 2: grün & "gut" €' -NoWait
        $operation.PSTypeNames | Should -Contain 'PerUserMfa.Operation'
        $over = $operation | Wait-PerUserMfaOperation
        $over.Status | Should -Be 'Succeeded'
        $over.Applied | Should -Be 3
        $over.Reason | Should -Be 'Wave 2: grün & "gut" €'
        $items = $over | Get-PerUserMfaOperationItem
        $items.Reference | Should -Be $users.userPrincipalName
        $items.Outcome | Should -Be 'applied', 'applied', 'applied'
        $entries = Wait-Result 3 { Get-PerUserMfaAudit -OperationId $over.Id -Event stateChanged }
        $entries.UserId | Sort-Object | Should -Be ($users.id | Sort-Object)
        $entries[0].From, $entries[0].To, $entries[0].Event | Should -Be 'disabled', 'enabled', 'stateChanged'
        $users | ForEach-Object { Get-State $_ | Should -Be 'enabled' }
    }

    It 'sends a file as it is, with a state for each user, and a line that names no user fails for itself' {
        $users = Get-TestUser 2
        $text = "sep=;`r`nUser principal name;MFA Status`r`n$($users[0].userPrincipalName);Enabled`r`nno user;Enabled`r`n$($users[1].userPrincipalName);Disabled`r`n"
        [IO.File]::WriteAllText("$TestDrive/wave.csv", $text, [Text.Encoding]::Unicode)
        $items = Set-PerUserMfaState -Path TestDrive:wave.csv -Reason 'from a file' -WhatIf
        $items.Outcome | Should -Be 'wouldChange', 'failed', 'unchanged'
        $items[1].Code | Should -Be 'invalidReference'
        $operation = Set-PerUserMfaState -Path TestDrive:wave.csv -Reason 'from a file' -Confirm:$false -WarningAction SilentlyContinue
        $operation.Status | Should -Be 'PartiallySucceeded'
        Get-State $users[0] | Should -Be 'enabled'
    }

    It 'takes the column that is named, and one state for all users of a file' {
        $user = Get-TestUser
        Set-Content TestDrive:list.csv "Account,Note", "$($user.userPrincipalName),x"
        { Set-PerUserMfaState enabled -Path TestDrive:list.csv -Reason 'a test' } | Should -Throw '*No column names users*'
        $operation = Set-PerUserMfaState enabled -Path TestDrive:list.csv -Column Account -Reason 'a test'
        $operation.Applied | Should -Be 1
        { Set-PerUserMfaState enabled -Path TestDrive:missing.csv -Reason 'a test' } | Should -Throw '*cannot be read*'
    }

    It 'changes 1,200 users of a pipeline as one operation' {
        $users = Get-TestUser 1200
        $operation = $users | Set-PerUserMfaState enabled -Reason 'all of them'
        @($operation).Count | Should -Be 1
        $operation.Users | Should -Be 1200
        $operation.Applied | Should -Be 1200
        ($operation | Get-PerUserMfaOperationItem).Reference | Should -Be $users.userPrincipalName
    }

    It 'changes no user with -WhatIf, and returns the result for each user' {
        $user = Get-TestUser
        $items = $user.userPrincipalName, $unknown | Set-PerUserMfaState enabled -Reason 'a test' -WhatIf
        $items.Outcome | Should -Be 'wouldChange', 'failed'
        $items[0].From, $items[0].To | Should -Be 'disabled', 'enabled'
        $items[0].PSTypeNames | Should -Contain 'PerUserMfa.OperationItem'
        (Get-PerUserMfaOperation $items[0].OperationId).DryRun | Should -BeTrue
        Get-State $user | Should -Be 'disabled'
    }

    It 'warns of users that were not changed, and names the command that lists them' {
        $user = Get-TestUser
        $operation = $user.id, $unknown | Set-PerUserMfaState enforced -Reason 'a test' -WarningVariable warnings -WarningAction SilentlyContinue
        $operation.Status | Should -Be 'Failed'
        "$warnings" | Should -BeLike "*1 refused, 1 failed. To list these users, run Get-PerUserMfaOperationItem $($operation.Id) *"
        $items = Get-PerUserMfaOperationItem $operation.Id -Outcome Failed, refused
        $items.Outcome | Should -Be 'failed', 'refused'
        $items[1].Message | Should -BeLike '*legacyAuthInterruption*'
    }

    It 'overrides a safety check, in whatever case it is written' {
        $user = Get-TestUser
        $operation = Set-PerUserMfaState Enforced $user -Reason 'a test' -Acknowledge LegacyAuthInterruption
        $operation.Status | Should -Be 'Succeeded'
        $operation.Acknowledge | Should -Be 'legacyAuthInterruption'
        Get-State $user | Should -Be 'enforced'
    }

    It 'changes the members of a group' {
        $operation = Set-PerUserMfaState enabled -GroupId $env:TEST_GROUP -Reason 'a test' -WhatIf
        @($operation).Count | Should -BeGreaterThan 0
        (Get-PerUserMfaOperation -First 1).GroupId | Should -Be $env:TEST_GROUP
    }

    It 'does nothing twice with the same id' {
        $parameters = @{ State = 'enabled'; User = (Get-TestUser); Reason = 'a test'; OperationId = New-Guid }
        $first, $second = 1..2 | ForEach-Object { Set-PerUserMfaState @parameters }
        $second.Id | Should -Be $parameters.OperationId
        $second.CreatedDateTime | Should -Be $first.CreatedDateTime
        # It was accepted once, and changed the user once.
        (Wait-Result 2 { Get-PerUserMfaAudit -OperationId $first.Id }).Event | Sort-Object | Should -Be 'operationAccepted', 'stateChanged'
    }

    It 'sends more than 100,000 users as operations whose ids are the same the next time' {
        $many = [object[]]::new(100001)
        [array]::Fill($many, (Get-TestUser).id)
        $parameters = @{ State = 'enabled'; Reason = 'a test'; OperationId = New-Guid; NoWait = $true }
        $first, $second = 1..2 | ForEach-Object { , ($many | Set-PerUserMfaState @parameters) }
        $first.Count | Should -Be 2
        $first[0].Id | Should -Be $parameters.OperationId
        $second.Id | Should -Be $first.Id
        $second.CreatedDateTime | Should -Be $first.CreatedDateTime
        ($first | Wait-PerUserMfaOperation).Users | Should -Be 100000, 1
    }

    It 'does nothing for no users' {
        @() | Set-PerUserMfaState enabled -Reason 'a test' -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warnings" | Should -BeLike 'There are no users to change.'
    }

    It 'requests nothing where one object is not a user' {
        $log = Connect-Faulty drop 0
        $failure = Get-Failure { 'a@contoso.com', ([pscustomobject]@{ Mail = 'b@contoso.com' }) | Set-PerUserMfaState enabled -Reason 'a test' }
        "$failure" | Should -BeLike '*none of the properties User, UserPrincipalName*b@contoso.com*'
        Get-Seen $log | Should -BeNullOrEmpty
    }
}

Describe 'Users of Set-PerUserMfaState' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'may be <Case>' -ForEach @(
        @{ Case = 'names'; Make = { $args.userPrincipalName } }
        @{ Case = 'ids'; Make = { $args.id } }
        @{ Case = 'ids that are no text'; Make = { $args.ForEach({ [guid] $_.id }) } }
        @{ Case = 'users of Microsoft Graph, with a name and an id'; Make = { $args | Select-Object DisplayName, Id, Mail, UserPrincipalName } }
        @{ Case = 'members of a group, with an id only'; Make = { $args | Select-Object Id, DeletedDateTime } }
        @{ Case = 'users of Active Directory'; Make = { $args | Select-Object DistinguishedName, @{ Name = 'ObjectGUID'; Expression = { New-Guid } }, UserPrincipalName } }
        @{ Case = 'objects with an ObjectId'; Make = { $args | Select-Object @{ Name = 'ObjectId'; Expression = { $_.id } } } }
        @{ Case = 'objects whose name is empty'; Make = { $args | Select-Object Id, @{ Name = 'UserPrincipalName'; Expression = { '' } } } }
        @{ Case = 'hashtables'; Make = { $args | ForEach-Object { @{ UserPrincipalName = $_.userPrincipalName } } } }
        @{ Case = 'rows of a CSV file, with spaces'; Make = { 'user,note', ($args | ForEach-Object { " $($_.userPrincipalName) ,x" }) | ForEach-Object { $_ } | ConvertFrom-Csv } }
        @{ Case = 'a list in one piece'; Make = { , $args.id } }
        @{ Case = 'lines of a file'; Make = { Set-Content TestDrive:users.txt $args.userPrincipalName; Get-Content TestDrive:users.txt } }
        @{ Case = 'results of Get-PerUserMfaUser'; Make = { $args.id | Get-PerUserMfaUser } }
    ) {
        $three = Get-TestUser 3
        $operation = & $Make @three | Set-PerUserMfaState enabled -Reason 'a test'
        $operation.Applied | Should -Be 3
    }

    It 'may be the failed items of another operation' {
        $user = Get-TestUser
        $failed = $user | Set-PerUserMfaState enforced -Reason 'a test' -WarningAction SilentlyContinue | Get-PerUserMfaOperationItem -Outcome refused
        ($failed | Set-PerUserMfaState enabled -Reason 'a test').Applied | Should -Be 1
    }
}

Describe 'A question before users are disabled' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    BeforeAll {
        $user = Get-TestUser
        $null = Connect-PerUserMfa $env:TEST_API
        $null = Set-PerUserMfaState enabled $user -Reason 'a test'
    }

    It 'is asked, and no leaves them as they are' {
        Invoke-Answering n "Set-PerUserMfaState disabled $($user.id) -Reason 'a test'" | Should -BeLike '*Set the per-user MFA state to disabled*1 *user*'
        Get-State $user | Should -Be 'enabled'
    }

    It 'fails with a remedy when the session is not interactive' {
        $failure = Get-Failure { Set-PerUserMfaState disabled $user -Reason 'a test' }
        $failure.FullyQualifiedErrorId | Should -BeLike 'NotConfirmed*'
        "$failure" | Should -BeLike '*-Confirm:$false*'
        Get-State $user | Should -Be 'enabled'
    }

    It 'is not asked with -WhatIf' {
        (Set-PerUserMfaState disabled $user -Reason 'a test' -WhatIf).Outcome | Should -Be 'wouldChange'
        Get-State $user | Should -Be 'enabled'
    }

    It 'is answered with yes' {
        Invoke-Answering y "Set-PerUserMfaState disabled $($user.id) -Reason 'a test'" | Should -BeLike '*Succeeded*'
        Get-State $user | Should -Be 'disabled'
    }

    It 'is not asked with -Confirm:$false' {
        $null = Set-PerUserMfaState enabled $user -Reason 'a test'
        (Set-PerUserMfaState disabled $user -Reason 'a test' -Confirm:$false).Applied | Should -Be 1
    }

    It 'is asked before a retry disables them' {
        $operation = Set-PerUserMfaState disabled $unknown -Reason 'a test' -Confirm:$false -WarningAction SilentlyContinue
        Get-ErrorId { $operation | Restart-PerUserMfaOperation } | Should -Be 'NotConfirmed'
    }

    It 'is asked before users are enabled only where the caller wants it' {
        Invoke-Answering n "Set-PerUserMfaState enabled $($user.id) -Reason 'a test' -Confirm" | Should -BeLike '*Set the per-user MFA state to enabled*'
        Get-State $user | Should -Be 'disabled'
    }
}

Describe 'A finished operation' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'is retried as a new one, with a safety check overridden' {
        $user = Get-TestUser
        $old = $user | Set-PerUserMfaState enforced -Reason 'a test' -WarningAction SilentlyContinue
        $old | Restart-PerUserMfaOperation -WhatIf | Should -BeNullOrEmpty
        $newId = New-Guid
        $new = $old | Restart-PerUserMfaOperation -Acknowledge legacyAuthInterruption -NewOperationId $newId
        $new.Id | Should -Be $newId
        $new.RetryOf | Should -Be $old.Id
        $new.Applied | Should -Be 1
        Get-State $user | Should -Be 'enforced'
    }

    It 'is not approved or rejected by the person who requested it' {
        $operation = Get-TestUser | Set-PerUserMfaState enabled -Reason 'a test'
        $operation | Approve-PerUserMfaOperation -Reason 'a test' -WhatIf | Should -BeNullOrEmpty
        $approval = Get-Failure { $operation | Approve-PerUserMfaOperation -Reason 'a test' -Confirm:$false }
        $rejection = Get-Failure { $operation | Deny-PerUserMfaOperation -Reason 'a test' }
        $approval, $rejection | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'ApproverIsRequester*' }
    }
}

Describe 'An operation under way' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
        Suspend-Graph
    }
    AfterEach { Resume-Graph }

    It 'is canceled, unless that is only tried' {
        $operation = Get-TestUser 3 | Set-PerUserMfaState enabled -Reason 'a test' -NoWait
        $operation | Stop-PerUserMfaOperation -WhatIf | Should -BeNullOrEmpty
        (Get-PerUserMfaOperation $operation.Id).CancelRequestedDateTime | Should -BeNullOrEmpty
        ($operation | Stop-PerUserMfaOperation).Id | Should -Be $operation.Id
        Resume-Graph
        $over = $operation | Wait-PerUserMfaOperation -WarningAction SilentlyContinue
        $over.CancelRequestedDateTime | Should -BeOfType datetime
        $over.Applied + $over.Canceled | Should -Be 3 # a user whose turn has come is changed
    }

    It 'is not waited for longer than wanted, and continues' {
        $operation = Get-TestUser 3 | Set-PerUserMfaState enabled -Reason 'a test' -NoWait
        $failure = Get-Failure { $operation | Wait-PerUserMfaOperation -TimeoutSeconds 1 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'OperationTimeout*'
        "$failure" | Should -BeLike '*3 of 3 users are pending. It continues. To wait longer, run Wait-PerUserMfaOperation.'
        Resume-Graph
        ($operation | Wait-PerUserMfaOperation).Applied | Should -Be 3
    }
}

Describe 'Start-PerUserMfaSweep' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'starts a sweep, and with -Wait returns its report' {
        $report = Start-PerUserMfaSweep -Wait -TimeoutSeconds 300
        $report.PSTypeNames | Should -Contain 'PerUserMfa.Sweep'
        $report.Status | Should -Be 'completed'
        $started = Start-PerUserMfaSweep
        $started.PSTypeNames | Should -Contain 'PerUserMfa.SweepStart'
        $started.Number | Should -Be ($report.Number + 1)
        $started.ExpectedUsers | Should -Be $report.ListedUsers
        (Start-PerUserMfaSweep -Wait -TimeoutSeconds 300).Status | Should -Be 'completed'
    }

    It 'starts nothing with -WhatIf' {
        $before = (Get-PerUserMfaSweep -First 1).Number
        Start-PerUserMfaSweep -Wait -WhatIf | Should -BeNullOrEmpty
        (Get-PerUserMfaSweep -First 1).Number | Should -Be $before
    }
}

Describe 'Send-PerUserMfaMail' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'says how many mails are sent again' {
        $operation = Get-TestUser | Set-PerUserMfaState enabled -Reason 'a test'
        $resent = $operation | Send-PerUserMfaMail -Confirm:$false
        $resent.PSTypeNames | Should -Contain 'PerUserMfa.MailResend'
        $resent.OperationId | Should -Be $operation.Id
        $resent.Mails | Should -Be 0
        { Send-PerUserMfaMail $unknown -Confirm:$false } | Should -Throw '*No operation has this id*'
    }
}
