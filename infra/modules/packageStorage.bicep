// The packages of the apps. Each app may read its own package, and only the person or pipeline that deploys may write them:
// an app that could write a package could take the rights of the other one.
param name string
param location string
param tags { *: string }
param private bool
@description('Subnet of the API.')
param frontSubnetId string
@description('Subnet of the workers.')
param workersSubnetId string
@description('Public addresses or ranges from which packages are uploaded.')
param ranges string[]
param frontIdentityName string
param frontPrincipalId string
param workersIdentityName string
param workersPrincipalId string
@description('Object id of the person or pipeline that deploys.')
param deployerId string
@description('Log Analytics workspace for the log of uploads.')
param workspaceId string

var roles = loadJsonContent('../roles.json')
var readers = [
  { container: 'front', identityName: frontIdentityName, principalId: frontPrincipalId }
  { container: 'workers', identityName: workersIdentityName, principalId: workersPrincipalId }
]

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    publicNetworkAccess: private && empty(ranges) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: 'Deny'
      virtualNetworkRules: private ? [] : [{ id: frontSubnetId }, { id: workersSubnetId }]
      ipRules: [for range in ranges: { value: trim(range) }]
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    // A replaced package can be looked at afterwards.
    isVersioningEnabled: true
    deleteRetentionPolicy: {
      enabled: true
      days: 90
    }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = [
  for reader in readers: {
    parent: blobs
    name: reader.container
    properties: { publicAccess: 'None' }
  }
]

resource readPackage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (reader, index) in readers: {
    scope: containers[index]
    name: guid(account.id, reader.container, reader.identityName, roles['Storage Blob Data Reader'])
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles['Storage Blob Data Reader']
      )
      principalId: reader.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// Without principalType, because the deployer is a person or a pipeline.
resource uploadPackages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, deployerId, roles['Storage Blob Data Contributor'])
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Blob Data Contributor']
    )
    principalId: deployerId
  }
}

// Logs who uploaded or deleted packages, and from where. The only API version without "preview" is from 2016, and its
// settings have no names of their own.
#disable-next-line use-recent-api-versions
resource uploads 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'uploads'
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
output frontContainerUrl string = '${account.properties.primaryEndpoints.blob}${containers[0].name}'
output workersContainerUrl string = '${account.properties.primaryEndpoints.blob}${containers[1].name}'
