// The storage account for the tables of the service, including the audit record. The host uses another account.
param name string
param location string
param tags { *: string }
param private bool
@description('Subnet of the API. Only the two subnets may connect.')
param frontSubnetId string
@description('Subnet of the workers.')
param workersSubnetId string
param redundancy string
@description('Log Analytics workspace for the log of changed rows.')
param workspaceId string

// Which app changes rows of which table. The record tables are only added to.
var tableSets = loadJsonContent('../tables.json')

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
      defaultAction: 'Deny'
      virtualNetworkRules: private ? [] : [{ id: frontSubnetId }, { id: workersSubnetId }]
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
  for table in concat(tableSets.workers, tableSets.record): {
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

// Logs who changed or deleted rows or tables, and from where. Its name is older than the category StorageWrite: Azure does
// not accept a second setting that sends a category to the same workspace. The only API version without "preview" is from
// 2016, and its settings have no names of their own.
#disable-next-line use-recent-api-versions
resource changes 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: tableService
  name: 'deletions'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

output id string = account.id
output name string = account.name
output tableServiceUri string = account.properties.primaryEndpoints.table
