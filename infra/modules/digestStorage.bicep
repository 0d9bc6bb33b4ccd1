// The storage account for the digests of the audit record, apart from the record itself. The workers add digests, and the API
// reads them. No identity can replace or remove one while the policy of the container keeps it.
param name string
param location string
param tags { *: string }
param private bool
@description('Subnet of the API. Only the two subnets may connect.')
param frontSubnetId string
@description('Subnet of the workers.')
param workersSubnetId string
param frontIdentityName string
param frontPrincipalId string
param workersIdentityName string
param workersPrincipalId string
param redundancy string
@description('Number of days in which a digest can be neither replaced nor removed.')
param retentionDays int
@description('Log Analytics workspace for the log of digests that were added or removed.')
param workspaceId string

var roles = loadJsonContent('../roles.json')
var blobData = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs'
var adder = 'Per-user MFA Digest Adder'

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

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = {
  parent: blobs
  name: 'auditdigests'
  properties: { publicAccess: 'None' }
}

// Unlocked: an owner of the subscription can still remove the policy, which an alert reports. infra/README.md has the command
// that locks it, which cannot be taken back.
resource policy 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2026-06-01' = {
  parent: container
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: retentionDays
    allowProtectedAppendWrites: false
  }
}

// The built-in roles that add blobs also replace and delete them.
resource definition 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(account.id, adder)
  properties: {
    roleName: '${adder} (${name})'
    description: 'Reads blobs and adds new ones, and neither replaces nor deletes any.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: ['${blobData}/read', '${blobData}/add/action']
        notDataActions: []
      }
    ]
  }
}

resource addDigests 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: container
  name: guid(account.id, workersIdentityName, adder)
  properties: {
    roleDefinitionId: definition.id
    principalId: workersPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource readDigests 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: container
  name: guid(account.id, frontIdentityName, roles['Storage Blob Data Reader'])
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Blob Data Reader']
    )
    principalId: frontPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: account
  name: 'keep-digests'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the digests that prove the audit record of per-user MFA changes.'
  }
}

// The only API version without "preview" is from 2016, and its settings have no names of their own.
#disable-next-line use-recent-api-versions
resource changes 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'digests'
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
output blobServiceUri string = account.properties.primaryEndpoints.blob
