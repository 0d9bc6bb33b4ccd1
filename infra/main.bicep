targetScope = 'subscription'

@description('Name of the installation; part of every name.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Azure region: one that has the Flex Consumption plan. infra/README.md names the command that lists them.')
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

@description('Application (client) id of the API, as infra/graph/api.bicep or register-api.ps1 gives it. Access tokens must be for it.')
@minLength(36)
@maxLength(36)
param apiClientId string

@description('Reach storage and Service Bus through private endpoints only. Service Bus becomes Premium, which costs far more.')
param private bool = false

@description('How many copies there are of the audit record, and where. Not every region has every kind.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param auditRedundancy string = 'Standard_ZRS'

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Most instances of a group of functions. One instance serves all lanes, so this only bounds cost.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that are always ready for HTTP; 0 costs nothing while nobody calls.')
@minValue(0)
param alwaysReadyHttp int = 0

@description('The address of the API for those who call it, with /api, where a gateway or a domain of your own stands before the app. Empty: that of the app.')
param apiUrl string = ''

@description('Where alerts are mailed to. Empty: they only show in the portal.')
param alertEmail string = ''

@description('How long logs are kept, in days. The audit record is kept apart.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Whether the app sends traces and metrics to Application Insights. Its log goes there in any case.')
@allowed(['true', 'false'])
param telemetry string = 'true'

@description('Users who are never changed, such as break-glass accounts: object ids or user principal names, separated by commas.')
param protectedUsers string = ''

@description('Object id of a group whose members are never changed.')
param protectedGroup string = ''

@description('How many users may be moved to a weaker state in 24 hours; 0 for none.')
param maxLoweredPerDay string = '50'

@description('When the registration sweep runs: NCRONTAB with seconds, in UTC.')
param registrationSweepSchedule string = '0 0 * * * *'

@description('Two intervals of the registration sweep, in hours: when none was completed for so long, there is an alert.')
@allowed([1, 2, 3, 4, 5, 6, 24, 48])
param registrationSweepAlertHours int = 2

@description('Whether users who are enabled and registered for long are moved to enforced.')
@allowed(['true', 'false'])
param promoteRegistered string = 'false'

@description('After how many days such a user is called stuck.')
param stuckAfterDays string = '7'

@description('The mailbox that tells users who were enabled. Empty: nobody is told. The identity needs Mail.Send for it (docs/operations.md).')
param notifyFrom string = ''

@description('The language of mails to users whose own has no template: en or de.')
param notifyLanguage string = ''

@description('Subject of the mails, in place of the one of the template.')
param notifySubject string = ''

@description('Text of the mails, in place of the one of the template.')
param notifyBody string = ''

@description('Whom users can ask: a sentence.')
param notifyContact string = ''

@description('After how many days users who are enabled and not registered are reminded by mail. Empty: nobody is. Needs a mailbox.')
param remindAfterDays string = ''

@description('Days from one reminder to the next.')
param remindEveryDays string = '7'

@description('The most reminders for each time that a user is enabled.')
param remindMax string = '3'

@description('Subject of reminders, in place of the one of the template.')
param remindSubject string = ''

@description('Text of reminders, in place of the one of the template.')
param remindBody string = ''

@description('Where events are sent; empty for nowhere. Its address may have a key in it: give a reference to a key vault then.')
@secure()
param notifyWebhook string = ''

@description('What events are signed with, best as a reference to a key vault (infra/README.md).')
@secure()
param notifyWebhookSecret string = ''

@description('When operations, and audit entries if they have an age limit, are purged: NCRONTAB with seconds, in UTC.')
param historyPurgeSchedule string = '0 30 3 * * *'

@description('How long operations are kept, in days.')
param operationRetentionDays string = '90'

@description('How long audit entries are kept, in days. Empty: for ever, and then the app has no right to delete any.')
param auditRetentionDays string = ''

var names = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
// Role assignments are named after it: its object id is known only after a deployment, and what-if would stop there.
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
      MAX_LOWERED_PER_DAY: maxLoweredPerDay
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

@description('The group that holds everything.')
output AZURE_RESOURCE_GROUP string = group.name
@description('The function app that is deployed to.')
output FUNCTION_APP_NAME string = functionApp.outputs.name
@description('The address of the API.')
output API_URL string = functionApp.outputs.apiUrl
@description('What callers ask a token for, if environmentName is that of the registration.')
output MFA_AUDIENCE string = identifierUri
@description('Object id of the identity: the Graph permissions are granted to it.')
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
@description('Application id of the identity: Exchange Online knows it by this.')
output IDENTITY_CLIENT_ID string = identity.outputs.clientId
@description('The account that holds the audit record, and that is locked against deletion.')
output AUDIT_STORAGE_NAME string = auditStorage.outputs.name
