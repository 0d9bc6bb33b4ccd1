// The storage account for the tables of the service, including the audit record. The host uses another account.
param name string
param location string
param tags { *: string }
param private bool
param redundancy string
@description('Name of the identity of the app.')
param identityName string
@description('Object id of the identity.')
param principalId string
@description('Whether audit entries have a retention. Only then may the app delete them.')
param mayPurgeAudit bool
@description('Log Analytics workspace for the log of deletions.')
param workspaceId string

var roles = loadJsonContent('../roles.json')

// The app deletes rows of these tables.
var workingTables = [
  'operations'
  'users'
  'usersByState'
  'quota'
  'sweeps'
  'sweepPages'
  'notifications'
  'deadLetters'
]
// The app only adds rows to these tables.
var recordTables = [
  'audit'
  'auditByTime'
]
var deletableTables = mayPurgeAudit ? concat(workingTables, recordTables) : workingTables

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

// Soft delete protects exports that are stored here as blobs. Tables have no soft delete: see infra/README.md.
resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 90
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 90
    }
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2026-06-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-06-01' = [
  for table in concat(workingTables, recordTables): {
    parent: tableService
    name: table
  }
]

resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: account
  name: 'keep-audit'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the audit record of per-user MFA changes.'
  }
}

// Logs who deleted rows or tables, and from where. The only API version without "preview" is from 2016, and its settings
// have no names of their own.
#disable-next-line use-recent-api-versions
resource deletions 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: tableService
  name: 'deletions'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

// Table Data Contributor without the right to delete. No built-in role has these rights.
resource appender 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(account.id, 'Per-user MFA Table Appender')
  properties: {
    roleName: 'Per-user MFA Table Appender (${name})'
    description: 'Reads, adds and updates rows of tables, and deletes none.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.Storage/storageAccounts/tableServices/tables/read'
          'Microsoft.Storage/storageAccounts/tableServices/tables/write'
        ]
        notActions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/tableServices/tables/entities/read'
          'Microsoft.Storage/storageAccounts/tableServices/tables/entities/add/action'
          'Microsoft.Storage/storageAccounts/tableServices/tables/entities/update/action'
        ]
        notDataActions: []
      }
    ]
  }
}

resource append 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, identityName, appender.id)
  properties: {
    roleDefinitionId: appender.id
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource changeRows 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (table, index) in concat(workingTables, recordTables): if (contains(deletableTables, table)) {
    scope: tables[index]
    name: guid(account.id, table, identityName, roles['Storage Table Data Contributor'])
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles['Storage Table Data Contributor']
      )
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

output id string = account.id
output name string = account.name
output tableServiceUri string = account.properties.primaryEndpoints.table
