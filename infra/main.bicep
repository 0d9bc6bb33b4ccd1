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

@description('Client ids of the applications that may call the API, separated by commas. Empty: every application whose token has a role.')
param apiClients string = ''

@description('Whether storage and Service Bus are reachable through private endpoints only. This needs Service Bus Premium, which costs far more.')
param private bool = false

@description('Object id of the person or pipeline that deploys, which may upload packages. azd fills it in.')
@minLength(36)
@maxLength(36)
param deployerId string

@description('Public addresses or ranges (CIDR) from which packages are uploaded, separated by commas. Empty: packages can be uploaded only from the network of the apps.')
param allowedRanges string = ''

@description('Public addresses or ranges (CIDR) that may connect to Service Bus, separated by commas. They must include the outgoing addresses of the apps. Empty: any network, with an identity that has a role.')
param serviceBusRanges string = ''

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

@description('Mail address that receives the alerts.')
@minLength(6)
param alertEmail string

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

@description('Mailbox that sends a mail to users who were enabled. Empty: no mails are sent. The identity of the workers needs Mail.Send for this mailbox (docs/operations.md).')
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

@description('Number of days in which a digest of the audit record can be neither replaced nor removed.')
@minValue(1)
@maxValue(146000)
param auditDigestRetentionDays int = 3650

@description('Retention of audit entries, in days. Empty: they are never deleted, and neither app has the right to delete them.')
param auditRetentionDays string = ''

var names = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
// Which functions each app runs. `npm run contract` writes the file.
var functions = loadJsonContent('functions.json')
// Role assignments are named after these names, because what-if does not know the object ids before a deployment.
var frontIdentityName = '${names.identity}front-${token}'
var workersIdentityName = '${names.identity}workers-${token}'
var auditStorageName = '${names.auditStorage}${token}'
var digestStorageName = '${names.digestStorage}${token}'
var networkName = '${names.network}${token}'
// As in graph/api.bicep and register-api.ps1.
var identifierUri = 'api://${tenant().tenantId}/per-user-mfa-${environmentName}'
var settings = {
  TENANT_ID: tenant().tenantId
  // Tokens of version 2.0, which the API is registered for, have the client id; those of version 1.0 the other.
  API_AUDIENCE: '${apiClientId},${identifierUri}'
  API_CLIENTS: apiClients
  PROTECTED_USERS: protectedUsers
  PROTECTED_GROUP: protectedGroup
  PROTECT_PRIVILEGED: protectPrivileged
  MAX_LOWERED_PER_DAY: maxLoweredPerDay
  LOWERED_WITHOUT_APPROVAL: loweredWithoutApproval
  APPROVAL_HOURS: approvalHours
  MAX_OPEN_OPERATIONS_PER_CALLER: maxOpenOperationsPerCaller
  EXPRESS_USERS_PER_MINUTE: expressUsersPerMinute
  RECOVERY_SCHEDULE: '0 */2 * * * *'
  AUDIT_SEAL_SCHEDULE: '0 20 * * * *'
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
  AUDIT_INDEX_SCHEDULE: '0 */5 * * * *'
  HISTORY_PURGE_SCHEDULE: historyPurgeSchedule
  OPERATION_RETENTION_DAYS: operationRetentionDays
  AUDIT_RETENTION_DAYS: auditRetentionDays
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: '${names.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

module frontIdentity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: frontIdentityName
    location: location
    tags: tags
  }
}

module workersIdentity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: workersIdentityName
    location: location
    tags: tags
  }
}

module network 'modules/network.bicep' = {
  scope: group
  params: {
    name: networkName
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
    identities: [
      { name: frontIdentityName, principalId: frontIdentity.outputs.principalId }
      { name: workersIdentityName, principalId: workersIdentity.outputs.principalId }
    ]
  }
}

module frontStorage 'modules/hostStorage.bicep' = {
  scope: group
  params: {
    name: '${names.frontStorage}${token}'
    location: location
    tags: tags
    private: private
    subnetId: network.outputs.frontSubnetId
    identityName: frontIdentityName
    principalId: frontIdentity.outputs.principalId
  }
}

module workersStorage 'modules/hostStorage.bicep' = {
  scope: group
  params: {
    name: '${names.workersStorage}${token}'
    location: location
    tags: tags
    private: private
    subnetId: network.outputs.workersSubnetId
    identityName: workersIdentityName
    principalId: workersIdentity.outputs.principalId
  }
}

module packageStorage 'modules/packageStorage.bicep' = {
  scope: group
  params: {
    name: '${names.packageStorage}${token}'
    location: location
    tags: tags
    private: private
    frontSubnetId: network.outputs.frontSubnetId
    workersSubnetId: network.outputs.workersSubnetId
    ranges: empty(allowedRanges) ? [] : split(allowedRanges, ',')
    frontIdentityName: frontIdentityName
    frontPrincipalId: frontIdentity.outputs.principalId
    workersIdentityName: workersIdentityName
    workersPrincipalId: workersIdentity.outputs.principalId
    deployerId: deployerId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module auditStorage 'modules/auditStorage.bicep' = {
  scope: group
  params: {
    name: auditStorageName
    location: location
    tags: tags
    private: private
    frontSubnetId: network.outputs.frontSubnetId
    workersSubnetId: network.outputs.workersSubnetId
    redundancy: auditRedundancy
    workspaceId: monitoring.outputs.workspaceId
  }
}

module digestStorage 'modules/digestStorage.bicep' = {
  scope: group
  params: {
    name: digestStorageName
    location: location
    tags: tags
    private: private
    frontSubnetId: network.outputs.frontSubnetId
    workersSubnetId: network.outputs.workersSubnetId
    frontIdentityName: frontIdentityName
    frontPrincipalId: frontIdentity.outputs.principalId
    workersIdentityName: workersIdentityName
    workersPrincipalId: workersIdentity.outputs.principalId
    redundancy: auditRedundancy
    retentionDays: auditDigestRetentionDays
    workspaceId: monitoring.outputs.workspaceId
  }
}

module tableRoles 'modules/tableRoles.bicep' = {
  scope: group
  params: {
    accountName: auditStorageName
    frontIdentityName: frontIdentityName
    frontPrincipalId: frontIdentity.outputs.principalId
    workersIdentityName: workersIdentityName
    workersPrincipalId: workersIdentity.outputs.principalId
    mayPurgeAudit: !empty(auditRetentionDays)
  }
  dependsOn: [auditStorage]
}

module serviceBus 'modules/serviceBus.bicep' = {
  scope: group
  params: {
    name: '${names.serviceBus}${token}'
    location: location
    tags: tags
    private: private
    ranges: empty(serviceBusRanges) ? [] : split(serviceBusRanges, ',')
    frontIdentityName: frontIdentityName
    frontPrincipalId: frontIdentity.outputs.principalId
    workersIdentityName: workersIdentityName
    workersPrincipalId: workersIdentity.outputs.principalId
  }
}

module privateEndpoints 'modules/privateEndpoints.bicep' = if (private) {
  scope: group
  params: {
    prefix: names.privateEndpoint
    location: location
    tags: tags
    networkName: networkName
    frontStorageId: frontStorage.outputs.id
    workersStorageId: workersStorage.outputs.id
    packageStorageId: packageStorage.outputs.id
    auditStorageId: auditStorage.outputs.id
    digestStorageId: digestStorage.outputs.id
    serviceBusId: serviceBus.outputs.id
  }
}

// The app with the public API. It only reads in Microsoft Graph, and sends to queues.
module front 'modules/functionApp.bicep' = {
  scope: group
  params: {
    name: '${names.functionApp}${token}'
    planName: '${names.plan}${token}'
    location: location
    tags: tags
    identityId: frontIdentity.outputs.id
    identityClientId: frontIdentity.outputs.clientId
    packageContainerUrl: packageStorage.outputs.frontContainerUrl
    hostStorageName: frontStorage.outputs.name
    serviceBusNamespace: serviceBus.outputs.fullyQualifiedNamespace
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    subnetId: network.outputs.frontSubnetId
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: alwaysReadyHttp
    apiUrl: apiUrl
    // The workers send the events.
    notifyWebhook: ''
    notifyWebhookSecret: ''
    switchedOff: functions.workers
    settings: union(settings, {
      TablesConnection__tableServiceUri: auditStorage.outputs.tableServiceUri
      DigestsConnection__blobServiceUri: digestStorage.outputs.blobServiceUri
    })
  }
}

// The app with the queue and timer functions. It changes users in Microsoft Graph, and serves no requests.
module workers 'modules/functionApp.bicep' = {
  scope: group
  params: {
    name: '${names.functionApp}workers-${token}'
    planName: '${names.plan}workers-${token}'
    location: location
    tags: tags
    identityId: workersIdentity.outputs.id
    identityClientId: workersIdentity.outputs.clientId
    packageContainerUrl: packageStorage.outputs.workersContainerUrl
    hostStorageName: workersStorage.outputs.name
    serviceBusNamespace: serviceBus.outputs.fullyQualifiedNamespace
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    subnetId: network.outputs.workersSubnetId
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: 0
    apiUrl: empty(apiUrl) ? front.outputs.apiUrl : apiUrl
    notifyWebhook: notifyWebhook
    notifyWebhookSecret: notifyWebhookSecret
    switchedOff: functions.front
    settings: union(settings, {
      TablesConnection__tableServiceUri: auditStorage.outputs.tableServiceUri
      DigestsConnection__blobServiceUri: digestStorage.outputs.blobServiceUri
    })
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
    purgesAudit: !empty(auditRetentionDays)
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
@description('Name of the function app with the API.')
output FUNCTION_APP_NAME string = front.outputs.name
@description('Name of the function app that changes users.')
output WORKERS_APP_NAME string = workers.outputs.name
@description('Storage account with the packages of both apps.')
output PACKAGE_STORAGE_NAME string = packageStorage.outputs.name
@description('Address of the API.')
output API_URL string = front.outputs.apiUrl
@description('App ID URI of the API, the audience of access tokens, if environmentName is that of the registration.')
output MFA_AUDIENCE string = identifierUri
@description('Object id of the identity of the API. Grant the Graph permissions for reading to it.')
output FRONT_PRINCIPAL_ID string = frontIdentity.outputs.principalId
@description('Object id of the identity of the workers. Grant all Graph permissions to it.')
output WORKERS_PRINCIPAL_ID string = workersIdentity.outputs.principalId
@description('Application (client) id of the identity of the workers, for Exchange Online.')
output WORKERS_CLIENT_ID string = workersIdentity.outputs.clientId
@description('Storage account with the audit record, which a lock protects against deletion.')
output AUDIT_STORAGE_NAME string = auditStorage.outputs.name
@description('Storage account with the digests of the audit record, likewise.')
output DIGEST_STORAGE_NAME string = digestStorage.outputs.name
