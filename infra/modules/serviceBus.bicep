// The queues of the functions. queues.json has their properties, which the emulator also reads.
param name string
param location string
param tags { *: string }
param private bool
@description('Public addresses or ranges that may connect. Empty: any network, with an identity that has a role.')
param ranges string[]
param frontIdentityName string
param frontPrincipalId string
param workersIdentityName string
param workersPrincipalId string

var roles = loadJsonContent('../roles.json')
var queues = loadJsonContent('../queues.json')
// The queues to which the API sends. It receives from none.
var frontQueues = ['plans', 'expressplans', 'notifications', 'sweeps']
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

// Standard has rules for addresses, and none for subnets: those need Premium.
resource networkRules 'Microsoft.ServiceBus/namespaces/networkRuleSets@2026-01-01' = if (!private) {
  parent: namespace
  name: 'default'
  properties: {
    publicNetworkAccess: 'Enabled'
    defaultAction: empty(ranges) ? 'Allow' : 'Deny'
    ipRules: [for range in ranges: { ipMask: trim(range), action: 'Allow' }]
  }
}

resource frontQueue 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' existing = [
  for name in frontQueues: {
    parent: namespace
    name: name
  }
]

resource sendPlans 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in frontQueues: {
    scope: frontQueue[index]
    name: guid(namespace.id, name, frontIdentityName, roles['Azure Service Bus Data Sender'])
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles['Azure Service Bus Data Sender']
      )
      principalId: frontPrincipalId
      principalType: 'ServicePrincipal'
    }
    dependsOn: [queue]
  }
]

resource useQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: namespace
  name: guid(namespace.id, workersIdentityName, roles['Azure Service Bus Data Owner'])
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Azure Service Bus Data Owner']
    )
    principalId: workersPrincipalId
    principalType: 'ServicePrincipal'
  }
}

output id string = namespace.id
output fullyQualifiedNamespace string = '${namespace.name}.servicebus.windows.net'
