using '../main.bicep'

param environmentName = 'example'
param location = 'swedencentral'
param apiClientId = '11111111-2222-4333-8444-777777777777'
param private = true
param auditRedundancy = 'Standard_GZRS'
param instanceMemoryMB = 4096
param maximumInstanceCount = 100
param alwaysReadyHttp = 1
param apiUrl = 'https://mfa.contoso.com/api'
param alertEmail = 'administrators@contoso.com'
param logRetentionDays = 90
param telemetry = 'false'
param protectedUsers = 'break-glass-1@contoso.com,break-glass-2@contoso.com'
param protectedGroup = '11111111-2222-4333-8444-888888888888'
param maxLoweredPerDay = '10'
param loweredWithoutApproval = '10'
param approvalHours = '12'
param registrationSweepSchedule = '0 0 */12 * * *'
param registrationSweepAlertHours = 24
param promoteRegistered = 'true'
param stuckAfterDays = '14'
param notifyFrom = 'mfa@contoso.com'
param notifyLanguage = 'de'
param notifySubject = 'Bitte registrieren'
param notifyBody = 'Guten Tag {name}, bitte registrieren: {registerUrl}. {contact}'
param notifyContact = 'Fragen beantwortet der Service Desk.'
param remindAfterDays = '3'
param remindEveryDays = '5'
param remindMax = '2'
param remindSubject = 'Erinnerung'
param remindBody = 'Guten Tag {name}, bitte registrieren: {registerUrl}. {contact}'
param notifyWebhook = 'https://hooks.contoso.com/mfa'
param notifyWebhookSecret = '@Microsoft.KeyVault(SecretUri=https://example.vault.azure.net/secrets/mfa-webhook)'
param historyPurgeSchedule = '0 0 2 * * *'
param operationRetentionDays = '30'
param auditRetentionDays = '3650'
