targetScope = 'subscription'

@description('Name of the installation. It is a part of all resource names.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Azure region with the Flex Consumption plan. infra/README.md has the command that lists these regions.')
@allowed([
  'australiaeast'
  'australiasoutheast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'norwayeast'
  'southafricanorth'
  'southcentralus'
  'southeastasia'
  'southindia'
  'spaincentral'
  'swedencentral'
  'uaenorth'
  'uksouth'
  'ukwest'
  'westcentralus'
  'westeurope'
  'westus'
  'westus2'
  'westus3'
])
@metadata({ azd: { type: 'location' } })
param location string

@description('Application (client) id of the API, which infra/graph/api.bicep or register-api.ps1 returns. Access tokens must have it as their audience.')
@minLength(36)
@maxLength(36)
param apiClientId string

@description('Whether storage and Service Bus are reachable through private endpoints only. This needs Service Bus Premium, which costs far more.')
param private bool = false

@description('Redundancy of the storage account with the audit record. Not every region offers every kind.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param auditRedundancy string = 'Standard_ZRS'

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Maximum number of instances for a group of functions. One instance can serve all lanes, so this only limits the cost.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Number of always-ready instances for HTTP. 0 costs nothing while there are no requests.')
@minValue(0)
param alwaysReadyHttp int = 0

@description('Public address of the API, including /api, when a gateway or your own domain is in front of the app. Empty: the address of the app.')
param apiUrl string = ''

@description('Mail address that receives the alerts. Empty: alerts are only shown in the portal.')
param alertEmail string = ''

@description('Retention of logs, in days. The audit record is stored elsewhere.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Whether the app sends traces and metrics to Application Insights. Logs are always sent.')
@allowed(['true', 'false'])
param telemetry string = 'true'

@description('Users who are never changed, such as break-glass accounts: object ids or user principal names, separated by commas.')
param protectedUsers string = ''

@description('Object id of a group whose members are never changed.')
param protectedGroup string = ''

@description('Whether accounts with a directory role of Entra ID are not lowered: true or false.')
@allowed(['true', 'false'])
param protectPrivileged string = 'true'

@description('Maximum number of users whose state may be lowered in a day (UTC), by all callers together. 0 allows none.')
param maxLoweredPerDay string = '50'

@description('Maximum number of users whose states one operation lowers without the approval of a second person. 0: every lowering needs approval.')
param loweredWithoutApproval string = '50'

@description('Number of hours that an operation waits for approval, at most 168.')
param approvalHours string = '24'
@description('Maximum number of unfinished operations of one caller.')
param maxOpenOperationsPerCaller string = '100'

@description('Maximum number of users a minute, in small requests of one caller, that are changed ahead of large requests.')
param expressUsersPerMinute string = '200'

@description('Schedule of the registration sweep: NCRONTAB with seconds, in UTC.')
param registrationSweepSchedule string = '0 0 * * * *'

@description('Hours without a completed registration sweep after which an alert fires: two intervals of the sweep.')
@allowed([1, 2, 3, 4, 5, 6, 24, 48])
param registrationSweepAlertHours int = 2

@description('Whether users who have been enabled and registered for a long time are moved to enforced.')
@allowed(['true', 'false'])
param promoteRegistered string = 'false'

@description('Number of days after which an enabled and registered user is recorded as stuck.')
param stuckAfterDays string = '7'

@description('Mailbox that sends a mail to users who were enabled. Empty: no mails are sent. The identity needs Mail.Send for this mailbox (docs/operations.md).')
param notifyFrom string = ''

@description('Language of mails to users whose own language has no template: en or de.')
param notifyLanguage string = ''

@description('Subject of the mails. It replaces the subject of the template.')
param notifySubject string = ''

@description('Text of the mails. It replaces the text of the template.')
param notifyBody string = ''

@description('A sentence that tells users where to get help.')
param notifyContact string = ''

@description('Number of days after which users who are enabled and not registered get a reminder by mail. Empty: no reminders are sent. Needs a mailbox.')
param remindAfterDays string = ''

@description('Number of days between reminders.')
param remindEveryDays string = '7'

@description('Maximum number of reminders each time a user is enabled.')
param remindMax string = '3'

@description('Subject of reminders. It replaces the subject of the template.')
param remindSubject string = ''

@description('Text of reminders. It replaces the text of the template.')
param remindBody string = ''

@description('Address of the webhook. Empty: no events are sent. If the address contains a key, use a reference to a key vault.')
@secure()
param notifyWebhook string = ''

@description('Secret that signs the events, preferably as a reference to a key vault (infra/README.md).')
@secure()
param notifyWebhookSecret string = ''

@description('Schedule for purging old operations, and old audit entries if these have a retention: NCRONTAB with seconds, in UTC.')
param historyPurgeSchedule string = '0 30 3 * * *'

@description('Retention of operations, in days.')
param operationRetentionDays string = '90'

@description('Retention of audit entries, in days. Empty: they are never deleted, and the app has no right to delete them.')
param auditRetentionDays string = ''

var names = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
// Role assignments are named after this name, because what-if does not know the object id before a deployment.
var identityName = '${names.identity}${token}'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: '${names.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: '${names.workspace}${token}'
    insightsName: '${names.insights}${token}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    identityName: identityName
    principalId: identity.outputs.principalId
  }
}

module hostStorage 'modules/hostStorage.bicep' = {
  scope: group
  params: {
    name: '${names.hostStorage}${token}'
    location: location
    tags: tags
    private: private
    identityName: identityName
    principalId: identity.outputs.principalId
  }
}

module auditStorage 'modules/auditStorage.bicep' = {
  scope: group
  params: {
    name: '${names.auditStorage}${token}'
    location: location
    tags: tags
    private: private
    identityName: identityName
    principalId: identity.outputs.principalId
    redundancy: auditRedundancy
    mayPurgeAudit: !empty(auditRetentionDays)
    workspaceId: monitoring.outputs.workspaceId
  }
}

module serviceBus 'modules/serviceBus.bicep' = {
  scope: group
  params: {
    name: '${names.serviceBus}${token}'
    location: location
    tags: tags
    private: private
    identityName: identityName
    principalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (private) {
  scope: group
  params: {
    name: '${names.network}${token}'
    endpointPrefix: names.privateEndpoint
    location: location
    tags: tags
    hostStorageId: hostStorage.outputs.id
    auditStorageId: auditStorage.outputs.id
    serviceBusId: serviceBus.outputs.id
  }
}

// As in graph/api.bicep and register-api.ps1.
var identifierUri = 'api://${tenant().tenantId}/per-user-mfa-${environmentName}'

module functionApp 'modules/functionApp.bicep' = {
  scope: group
  params: {
    name: '${names.functionApp}${token}'
    planName: '${names.plan}${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    deploymentContainerUrl: hostStorage.outputs.deploymentContainerUrl
    hostStorageName: hostStorage.outputs.name
    serviceBusNamespace: serviceBus.outputs.fullyQualifiedNamespace
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    subnetId: private ? network!.outputs.appSubnetId : ''
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: alwaysReadyHttp
    apiUrl: apiUrl
    notifyWebhook: notifyWebhook
    notifyWebhookSecret: notifyWebhookSecret
    settings: {
      TENANT_ID: tenant().tenantId
      // Tokens of version 2.0, which the API is registered for, have the client id; those of version 1.0 the other.
      API_AUDIENCE: '${apiClientId},${identifierUri}'
      TablesConnection__tableServiceUri: auditStorage.outputs.tableServiceUri
      PROTECTED_USERS: protectedUsers
      PROTECTED_GROUP: protectedGroup
      PROTECT_PRIVILEGED: protectPrivileged
      MAX_LOWERED_PER_DAY: maxLoweredPerDay
      LOWERED_WITHOUT_APPROVAL: loweredWithoutApproval
      APPROVAL_HOURS: approvalHours
      MAX_OPEN_OPERATIONS_PER_CALLER: maxOpenOperationsPerCaller
      EXPRESS_USERS_PER_MINUTE: expressUsersPerMinute
      RECOVERY_SCHEDULE: '0 */2 * * * *'
      REGISTRATION_SWEEP_SCHEDULE: registrationSweepSchedule
      PROMOTE_REGISTERED: promoteRegistered
      STUCK_AFTER_DAYS: stuckAfterDays
      NOTIFY_FROM: notifyFrom
      NOTIFY_LANGUAGE: notifyLanguage
      NOTIFY_SUBJECT: notifySubject
      NOTIFY_BODY: notifyBody
      NOTIFY_CONTACT: notifyContact
      TELEMETRY_TO_APPLICATION_INSIGHTS: telemetry
      REMIND_AFTER_DAYS: remindAfterDays
      REMIND_EVERY_DAYS: remindEveryDays
      REMIND_MAX: remindMax
      REMIND_SUBJECT: remindSubject
      REMIND_BODY: remindBody
      HISTORY_PURGE_SCHEDULE: historyPurgeSchedule
      OPERATION_RETENTION_DAYS: operationRetentionDays
      AUDIT_RETENTION_DAYS: auditRetentionDays
    }
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    serviceBusId: serviceBus.outputs.id
    actionGroupName: '${names.actionGroup}${token}'
    email: alertEmail
    registrationSweepHours: registrationSweepAlertHours
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

@description('Resource group of all resources.')
output AZURE_RESOURCE_GROUP string = group.name
@description('Name of the function app.')
output FUNCTION_APP_NAME string = functionApp.outputs.name
@description('Address of the API.')
output API_URL string = functionApp.outputs.apiUrl
@description('App ID URI of the API, the audience of access tokens, if environmentName is that of the registration.')
output MFA_AUDIENCE string = identifierUri
@description('Object id of the identity. Grant the Graph permissions to it.')
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
@description('Application (client) id of the identity, for Exchange Online.')
output IDENTITY_CLIENT_ID string = identity.outputs.clientId
@description('Storage account with the audit record, which a lock protects against deletion.')
output AUDIT_STORAGE_NAME string = auditStorage.outputs.name
