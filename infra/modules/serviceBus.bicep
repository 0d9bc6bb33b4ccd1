// The queues of the functions. queues.json has their properties, which the emulator also reads.
param name string
param location string
param tags { *: string }
param private bool
@description('Name of the identity of the app.')
param identityName string
@description('Object id of the identity.')
param principalId string

var roles = loadJsonContent('../roles.json')
var queues = loadJsonContent('../queues.json')
// Private endpoints need Premium.
var tier = private ? 'Premium' : 'Standard'

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: tier
    tier: tier
  }
  properties: {
    minimumTlsVersion: '1.2'
    disableLocalAuth: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = [
  for entry in items(queues): {
    parent: namespace
    name: entry.key
    properties: entry.value
  }
]

resource useQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: namespace
  name: guid(namespace.id, identityName, roles['Azure Service Bus Data Owner'])
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Azure Service Bus Data Owner']
    )
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

output id string = namespace.id
output fullyQualifiedNamespace string = '${namespace.name}.servicebus.windows.net'
