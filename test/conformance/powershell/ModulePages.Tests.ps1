# What docs/powershell.md shows, and docs/examples/change.ps1, against the local stack.
BeforeDiscovery {
    $page = Get-Content (Join-Path $PSScriptRoot '../../../docs/powershell.md') -Raw
    $blocks = [regex]::Matches($page, '(?s)```powershell\r?\n(.*?)```') | ForEach-Object { $_.Groups[1].Value } |
        Where-Object { $_ -notmatch 'Import-Module|Connect-' } | ForEach-Object { @{ First = ($_ -split '\r?\n')[0]; Code = $_ } }
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'ModuleSupport.ps1')
    # Stand for the commands of other modules, with what they return.
    function Get-ADUser([string] $Filter) { Get-TestUser 2 | Select-Object @{ Name = 'ObjectGUID'; Expression = { New-Guid } }, UserPrincipalName }
    function Get-MgGroupMemberAsUser([string] $GroupId, [switch] $All) { Get-TestUser 2 | Select-Object Id, UserPrincipalName }
}

Describe 'The example that begins with <First>' -ForEach $blocks {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
        $over = (Get-TestUser).userPrincipalName, 'nobody@contoso.com' | Set-PerUserMfaState enabled -Reason 'a test' -WarningAction SilentlyContinue
        if ($Code -match 'Approve-') {
            # Another person asks to lower more states than the daily limit allows.
            $many = Get-TestUser 51
            $null = $many | Set-PerUserMfaState enabled -Reason 'a test'
            $null = Connect-PerUserMfa $env:TEST_ENTRA -AccessToken (ConvertTo-SecureString $env:TEST_REQUESTER_TOKEN -AsPlainText)
            $over = $many | Set-PerUserMfaState disabled -Reason 'a test' -Acknowledge dailyLimit -NoWait -Confirm:$false
            $null = Connect-PerUserMfa $env:TEST_ENTRA -AccessToken (ConvertTo-SecureString $env:TEST_APPROVER_TOKEN -AsPlainText)
            $null = Wait-Result 1 { Get-PerUserMfaOperation $over.Id | Where-Object Status -EQ AwaitingApproval }
        }
        # The page names people, a group and a list that every simulated directory has.
        $null = New-Item (Join-Path $TestDrive 'docs') -ItemType Directory -Force
        Copy-Item (Join-Path $PSScriptRoot '../../../docs/examples') (Join-Path $TestDrive 'docs') -Recurse -Force
        Push-Location $TestDrive
    }
    AfterEach { Pop-Location }

    It 'works' {
        $replaced = $Code -replace '5f0c7a52-[-0-9a-f]+', $over.Id
        $Error.Clear()
        $shown = Invoke-Expression $replaced 3>$null | Out-String
        $Error | Should -BeNullOrEmpty
        if ($First -match 'Get-PerUserMfa(Operation|User|TenantPolicy|Audit)') { $shown | Should -Not -BeNullOrEmpty }
    }
}

Describe 'change.ps1' {
    BeforeAll {
        # Runs the script in a PowerShell of its own, and returns what it wrote and its exit code.
        function Invoke-Change([string[]] $Users, [string] $State = 'enabled') {
            $file = Join-Path $TestDrive 'change.csv'
            Set-Content $file (@('user') + $Users)
            $script = Join-Path $PSScriptRoot '../../../docs/examples/change.ps1'
            $said = & $env:TEST_PWSH -NoProfile -NonInteractive -File $script $file $State 'a test' -Url $env:TEST_API 2>&1
            @{ Said = ($said -join ' ') -replace '\s+', ' '; Code = $LASTEXITCODE }
        }
    }

    It 'ends with 0 where all users are done, also where they are disabled' {
        $user = Get-TestUser
        (Invoke-Change $user.userPrincipalName).Code | Should -Be 0
        Get-State $user | Should -Be 'enabled'
        (Invoke-Change $user.userPrincipalName disabled).Code | Should -Be 0
        Get-State $user | Should -Be 'disabled'
    }

    It 'ends with 2 where some are not, and says why' {
        $ran = Invoke-Change (Get-TestUser).userPrincipalName, 'nobody@contoso.com'
        $ran.Code | Should -Be 2
        $ran.Said | Should -BeLike '*nobody@contoso.com*userNotFound*'
    }

    It 'ends with 1 where the request is wrong, and says why' {
        $ran = Invoke-Change 'not a user'
        $ran.Code | Should -Be 1
        $ran.Said | Should -BeLike '*400 InvalidRequest: *'
    }
}
