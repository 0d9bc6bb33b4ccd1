// The network of the apps. Each app has its own subnet, so that an account can accept one of them only.
param name string
param location string
param tags { *: string }

var delegations = [
  {
    name: 'functions'
    properties: { serviceName: 'Microsoft.App/environments' }
  }
]
// Lets storage accounts recognize the subnet. It costs nothing.
var storageEndpoint = [{ service: 'Microsoft.Storage' }]

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [
      // The API. Its name is older than the second app: Azure does not rename a subnet in use.
      {
        name: 'app'
        properties: {
          addressPrefix: '10.0.1.0/24'
          delegations: delegations
          serviceEndpoints: storageEndpoint
        }
      }
      {
        name: 'workers'
        properties: {
          addressPrefix: '10.0.3.0/24'
          delegations: delegations
          serviceEndpoints: storageEndpoint
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.0.2.0/24'
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

output frontSubnetId string = '${network.id}/subnets/app'
output workersSubnetId string = '${network.id}/subnets/workers'
