BeforeAll {
    . (Join-Path $PSScriptRoot 'ModuleSupport.ps1')
    $https = 'https://mfa.contoso.com/api'
    $audience = 'api://per-user-mfa'
    function ConvertTo-Secret([string] $Text) { ConvertTo-SecureString $Text -AsPlainText }
    # Who answers to the device code flow as the tenant's name says, and what was asked.
    function Connect-DeviceCode([string] $Tenant) {
        $parameters = @{ BaseUri = $env:TEST_ENTRA; TokenAudience = $audience; ClientId = New-Guid; TenantId = $Tenant; Authority = $env:TEST_SIGN_IN }
        Connect-PerUserMfa @parameters 6>&1
    }
    function Get-SignInLog([string] $Tenant) { Invoke-RestMethod "$env:TEST_SIGN_IN/$Tenant/log" | ForEach-Object { $_ } }
}
Describe 'Without a connection' {
    BeforeEach { Reset-Caller }

    It '<_> says what to do' -ForEach 'Get-PerUserMfaOperation', 'Get-PerUserMfaSummary', 'Get-PerUserMfaTenantPolicy' {
        $failure = Get-Failure ([scriptblock]::Create($_))
        $failure.FullyQualifiedErrorId | Should -Be "NotConnected,$_"
        "$failure" | Should -BeLike '*Connect-PerUserMfa*'
    }
}

Describe 'The address' {
    BeforeEach { Reset-Caller }

    It 'may come from MFA_URL, and needs no /api' {
        $env:MFA_URL = $env:TEST_API -replace '/api$', '/'
        (Connect-PerUserMfa).BaseUri | Should -Be $env:TEST_API
    }

    It 'that was guessed gets no token: <Case>' -ForEach @(
        @{ Case = 'of -AccessToken'; Connect = { Connect-PerUserMfa -AccessToken (ConvertTo-Secret 'a-secret') } }
        @{ Case = 'of MFA_ACCESS_TOKEN'; Connect = { $env:MFA_ACCESS_TOKEN = 'a-secret'; Connect-PerUserMfa } }
        @{ Case = 'of Az'; Connect = { Connect-PerUserMfa -TokenAudience $audience } }
        @{ Case = 'of Az, for MFA_AUDIENCE'; Connect = { $env:MFA_AUDIENCE = $audience; Connect-PerUserMfa } }
        @{ Case = 'of a device code'; Connect = { Connect-PerUserMfa -TokenAudience $audience -ClientId (New-Guid) -TenantId contoso.com } }
    ) {
        # The local service of the test has another port than the one that the module guesses.
        & (Get-Module PerUserMfa) { $script:UsualBaseUri = $script:LocalBaseUri; $script:LocalBaseUri = [uri] $env:TEST_ENTRA }
        try {
            $failure = Get-Failure $Connect
            $failure.FullyQualifiedErrorId | Should -BeLike 'AddressNotNamed*'
            "$failure" | Should -BeLike '*-BaseUri or MFA_URL*'
            Reset-Caller
            (Connect-PerUserMfa).BaseUri | Should -Be $env:TEST_ENTRA
        }
        finally { & (Get-Module PerUserMfa) { $script:LocalBaseUri = $script:UsualBaseUri } }
    }

    It '<Address> is refused: <Why>' -ForEach @(
        @{ Address = 'http://mfa.contoso.com/api'; Why = '*must start with https:*' }
        @{ Address = 'http://127.0.0.1.contoso.com/api'; Why = '*must start with https:*' }
        @{ Address = 'http://127.0.0.1@contoso.com/api'; Why = '*must start with https:*' }
        @{ Address = 'ftp://127.0.0.1/api'; Why = '*must be a URL*' }
        @{ Address = 'contoso'; Why = '*must be a URL*' }
    ) {
        $failure = Get-Failure { Connect-PerUserMfa $Address -AccessToken (ConvertTo-Secret 'a-secret') }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidAddress*'
        "$failure" | Should -BeLike $Why
    }

    It 'is an error when no server listens there' {
        "$(Get-Failure { Connect-PerUserMfa $env:TEST_CLOSED })" | Should -BeLike 'http://127.0.0.1:* cannot be reached: *'
    }

    It 'at which something else listens is an error' {
        "$(Get-Failure { Connect-PerUserMfa "$env:TEST_FAULTY/$(New-Guid)/404/99/api" })" | Should -BeLike '404 UnexpectedAnswer: *Check the address*'
    }

    It 'in a link of an answer gets a token only where it is that of the service' {
        $null = Connect-PerUserMfa $env:TEST_API
        Get-ErrorId { & (Get-Module PerUserMfa) { Resolve-ApiUri $script:Connection 'https://contoso.com/api/operations?page=2' } } | Should -Be 'ForeignLink'
    }

    It 'is kept where connecting to another fails' {
        $null = Connect-PerUserMfa $env:TEST_API
        $null = Get-Failure { Connect-PerUserMfa ftp://127.0.0.1 }
        Get-PerUserMfaOperation -First 0 | Should -BeNullOrEmpty
    }
}

Describe 'The token' {
    BeforeEach { Reset-Caller }

    It 'may be given, and is sent' {
        (Connect-PerUserMfa $env:TEST_ENTRA -AccessToken (ConvertTo-Secret $env:TEST_TOKEN)).Authentication | Should -Be 'AccessToken'
        Get-PerUserMfaTenantPolicy | Should -Not -BeNullOrEmpty
    }

    It 'may come from MFA_ACCESS_TOKEN' {
        $env:MFA_ACCESS_TOKEN = $env:TEST_TOKEN
        (Connect-PerUserMfa $env:TEST_ENTRA).Authentication | Should -Be 'AccessToken'
        Get-PerUserMfaTenantPolicy | Should -Not -BeNullOrEmpty
    }

    It 'of a service on this machine comes from its issuer, without a sign-in' {
        (Connect-PerUserMfa $env:TEST_ENTRA).Authentication | Should -Be 'LocalIssuer'
        Get-PerUserMfaTenantPolicy | Should -Not -BeNullOrEmpty
    }

    It 'of a service that lets everybody in is none' {
        $connection = Connect-PerUserMfa $env:TEST_API
        $connection.Authentication | Should -Be 'None'
        $connection.ServiceVersion | Should -Be (Invoke-RestMethod "$env:TEST_API/health").version
    }

    It 'may come from Az, <Case>' -ForEach @(
        @{ Case = 'as text'; Form = { $args[0] } }
        @{ Case = 'as a SecureString'; Form = { ConvertTo-SecureString $args[0] -AsPlainText } }
    ) {
        $global:AzTokens = @(& $Form $env:TEST_TOKEN)
        (Connect-PerUserMfa $env:TEST_ENTRA -TokenAudience $audience).Authentication | Should -Be 'AzAccounts'
        Get-PerUserMfaTenantPolicy | Should -Not -BeNullOrEmpty
        $global:AzAskedFor | Should -Be $audience
    }

    It 'cannot come from Az without a sign-in' {
        $env:MFA_AUDIENCE = $audience
        "$(Get-Failure { Connect-PerUserMfa $env:TEST_ENTRA })" | Should -BeLike '*Run Connect-AzAccount to login.*'
    }

    It 'is asked for where there is none for another machine' {
        "$(Get-Failure { Connect-PerUserMfa $https })" | Should -BeLike '*-TokenAudience*-AccessToken*'
    }

    It 'that the service does not accept is replaced once' {
        $global:AzTokens = 'expired', $env:TEST_TOKEN
        $null = Connect-PerUserMfa $env:TEST_ENTRA -TokenAudience $audience
        Get-PerUserMfaTenantPolicy | Should -Not -BeNullOrEmpty
        $global:AzTokens = @('expired', 'expired too', $env:TEST_TOKEN)
        $null = Connect-PerUserMfa $env:TEST_ENTRA -TokenAudience $audience
        Get-ErrorId { Get-PerUserMfaTenantPolicy } | Should -Be 'Unauthorized'
        $global:AzTokens.Count | Should -Be 1
    }

    It 'that was given and is not accepted is an error that says what to do' {
        $null = Connect-PerUserMfa $env:TEST_ENTRA -AccessToken (ConvertTo-Secret 'expired')
        $failure = Get-Failure { Get-PerUserMfaTenantPolicy }
        "$failure" | Should -BeLike '401 Unauthorized: *Connect again with Connect-PerUserMfa.'
        $failure.CategoryInfo.Category | Should -Be 'AuthenticationError'
    }

    It 'that lacks a role is an error at once' {
        $null = Connect-PerUserMfa $env:TEST_ENTRA -AccessToken (ConvertTo-Secret $env:TEST_WEAK_TOKEN)
        $failure = Get-Failure { Set-PerUserMfaState enabled (Get-TestUser) -Reason 'a test' }
        "$failure" | Should -BeLike '403 MissingRole: *MfaState.Strengthen*'
        $failure.CategoryInfo.Category | Should -Be 'PermissionDenied'
    }

    It 'is forgotten by Disconnect-PerUserMfa' {
        $null = Connect-PerUserMfa $env:TEST_API
        Disconnect-PerUserMfa
        Get-ErrorId { Get-PerUserMfaSummary } | Should -Be 'NotConnected'
    }
}

Describe 'The device code flow' {
    BeforeEach { Reset-Caller }

    It 'shows the code, and waits for the sign-in at the pace that Entra asks for' {
        $said = Connect-DeviceCode 'slow'
        "$($said[0])" | Should -BeLike '*enter the code ABCD1234*'
        $said[-1].Authentication | Should -Be 'DeviceCode'
        Get-PerUserMfaTenantPolicy | Should -Not -BeNullOrEmpty
        $log = Get-SignInLog 'slow'
        $log.what | Should -Be 'devicecode', 'token', 'token', 'token'
        $log[0].form.scope | Should -Be "$audience/.default offline_access"
        $log[1].form.device_code | Should -Be 'the-device-code'
        $log[2].atMs - $log[1].atMs | Should -BeGreaterOrEqual 950
        $log[3].atMs - $log[2].atMs | Should -BeGreaterOrEqual 5950 # after slow_down
    }

    It 'renews a token before it runs out' {
        $null = Connect-DeviceCode 'brief'
        $null = Get-PerUserMfaTenantPolicy
        $log = Get-SignInLog 'brief'
        $log[-1].form.grant_type | Should -Be 'refresh_token'
        $log[-1].form.refresh_token | Should -Be 'the-refresh-token'
        $log.Where({ $_.what -eq 'devicecode' }).Count | Should -Be 1
    }

    It 'says so where the session has ended' {
        $null = Connect-DeviceCode 'ended'
        "$(Get-Failure { Get-PerUserMfaTenantPolicy })" | Should -BeLike 'The session has ended: AADSTS700082: *Connect-PerUserMfa.'
    }

    It 'ends with the words of Entra where <Case>' -ForEach @(
        @{ Case = 'the user declines'; Tenant = 'declined'; Words = 'Sign-in failed: AADSTS70019: *' }
        @{ Case = 'the application is unknown'; Tenant = 'unknown'; Words = 'Sign-in failed: AADSTS700016: *' }
    ) {
        $failure = Get-Failure { Connect-DeviceCode $Tenant }
        $failure.FullyQualifiedErrorId | Should -BeLike 'SignInFailed*'
        "$failure" | Should -BeLike $Words
        "$failure" | Should -Not -BeLike '*Trace ID*'
    }

    It 'needs to know the API, and https' {
        Get-ErrorId { Connect-PerUserMfa $https -ClientId (New-Guid) -TenantId contoso.com } | Should -Be 'NoAudience'
        Get-ErrorId { Connect-PerUserMfa $https -ClientId (New-Guid) -TenantId contoso.com -TokenAudience $audience -Authority 'http://login.contoso.com' } | Should -Be 'InvalidAddress'
    }
}

Describe 'A service that is away' {
    BeforeEach { Reset-Caller }

    It 'is tried again after <_>' -ForEach '503-1', '429-1', '503-date', '503', '502', '504', '500', 'drop', 'cut' {
        $log = Connect-Faulty $_ 1
        $operation = Set-PerUserMfaState enabled (Get-TestUser) -Reason 'a test' -NoWait
        $seen = @(Get-Seen $log)
        $seen.method | Should -Be 'POST', 'POST'
        $seen[0].fault | Should -Not -BeNullOrEmpty
        $seen.operationId | Should -Be $operation.Id, $operation.Id
    }

    It 'is not tried again after <_>' -ForEach 302, 400, 403, 404, 409, 413 {
        $log = Connect-Faulty $_ 99
        "$(Get-Failure { Set-PerUserMfaState enabled (Get-TestUser) -Reason 'a test' })" | Should -BeLike "$_ *"
        @(Get-Seen $log).Count | Should -Be 1
    }

    It 'is tried again where its answer begins and never ends' {
        $log = Connect-Faulty stall 1
        & (Get-Module PerUserMfa) { $script:TimeoutSeconds = 3 }
        try { Get-PerUserMfaTenantPolicy | Should -Not -BeNullOrEmpty }
        finally { & (Get-Module PerUserMfa) { $script:TimeoutSeconds = 100 } }
        @(Get-Seen $log).Count | Should -BeGreaterThan 1
    }

    It 'is given as long as Retry-After asks for' {
        $log = Connect-Faulty 429-3 1
        $null = Get-PerUserMfaTenantPolicy
        $seen = @(Get-Seen $log)
        $seen[1].atMs - $seen[0].atMs | Should -BeGreaterOrEqual 2900
    }

    It 'is given up after five attempts, with how to continue' {
        $log = Connect-Faulty 503-0 99
        $id = New-Guid
        $failure = Get-Failure { Set-PerUserMfaState enabled (Get-TestUser) -Reason 'a test' -OperationId $id }
        "$failure" | Should -BeLike "503 *run the same command with -OperationId $id."
        $failure.CategoryInfo.Category | Should -Be 'ResourceUnavailable'
        @(Get-Seen $log).Count | Should -Be 5
    }

    It 'that answered after all made one operation' {
        # The API accepts the request, and its answer is lost.
        $user = Get-TestUser
        $log = Connect-Faulty lose 1
        $operation = Set-PerUserMfaState enabled $user -Reason 'a test'
        @(Get-Seen $log | Where-Object method -EQ POST).Count | Should -Be 2
        $null = Connect-PerUserMfa $env:TEST_API
        (Wait-Result 1 { Get-PerUserMfaAudit -User $user }).OperationId | Should -Be $operation.Id
    }

    It 'is not asked again where Microsoft Graph refuses' {
        $rule = @{ match = @{ path = '/users/' }; fault = @{ status = 403; code = 'Authorization_RequestDenied' } }
        $null = Invoke-RestMethod "$env:TEST_GRAPH/control/faults" -Method Post -Body (ConvertTo-Json $rule)
        try {
            $log = Connect-Faulty drop 0
            "$(Get-Failure { Get-PerUserMfaUser (Get-TestUser) })" | Should -BeLike '502 *'
            @(Get-Seen $log).Count | Should -Be 1
        }
        finally { Resume-Graph }
    }
}

Describe 'What the API says of a request' {
    BeforeEach {
        Reset-Caller
        $null = Connect-PerUserMfa $env:TEST_API
    }

    It 'is the error, with its code and every fault' {
        $failure = Get-Failure { Set-PerUserMfaState enabled (Get-TestUser).id, 'not a user', 'x' -Reason 'a test' }
        $failure.FullyQualifiedErrorId | Should -Be 'InvalidRequest,Set-PerUserMfaState'
        $failure.CategoryInfo.Category | Should -Be 'InvalidArgument'
        $failure.Exception.StatusCode | Should -Be 'BadRequest'
        "$failure" | Should -BeLike '400 InvalidRequest: *users`[1`]: *users`[2`]: *'
    }

    It 'ends the command, whatever the preference of its caller' {
        $reached = $false
        try {
            Set-PerUserMfaState enabled 'not a user' -Reason 'a test' -ErrorAction SilentlyContinue
            $reached = $true
        }
        catch { $_.FullyQualifiedErrorId | Should -BeLike 'InvalidRequest*' }
        $reached | Should -BeFalse
    }

    It 'names an id that is used for another request' {
        $id = New-Guid
        $null = Set-PerUserMfaState enabled (Get-TestUser) -Reason 'a test' -OperationId $id
        $failure = Get-Failure { Set-PerUserMfaState enabled (Get-TestUser) -Reason 'a test' -OperationId $id }
        "$failure" | Should -BeLike '409 OperationIdConflict: *'
        $failure.CategoryInfo.Category | Should -Be 'ResourceExists'
    }

    It 'names an operation that is not there' {
        (Get-Failure { Get-PerUserMfaOperation (New-Guid) }).CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }
}
