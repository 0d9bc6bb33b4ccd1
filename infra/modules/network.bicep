// The only network that can reach storage and Service Bus.
param name string
param endpointPrefix string
param location string
param tags { *: string }
param hostStorageId string
param auditStorageId string
param serviceBusId string

// Each zone serves the endpoints of one kind, for both storage accounts.
var endpoints = [
  {
    name: 'host-blob'
    resourceId: hostStorageId
    groupId: 'blob'
    zone: 'privatelink.blob.${environment().suffixes.storage}'
  }
  {
    name: 'audit-table'
    resourceId: auditStorageId
    groupId: 'table'
    zone: 'privatelink.table.${environment().suffixes.storage}'
  }
  {
    name: 'service-bus'
    resourceId: serviceBusId
    groupId: 'namespace'
    zone: 'privatelink.servicebus.windows.net'
  }
]

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.0.1.0/24'
          delegations: [
            {
              name: 'functions'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
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

module endpoint 'privateEndpoint.bicep' = [
  for entry in endpoints: {
    name: 'endpoint-${entry.name}'
    params: {
      name: '${endpointPrefix}${entry.name}'
      location: location
      tags: tags
      subnetId: '${network.id}/subnets/endpoints'
      networkId: network.id
      resourceId: entry.resourceId
      groupId: entry.groupId
      zoneName: entry.zone
    }
  }
]

output appSubnetId string = '${network.id}/subnets/app'
