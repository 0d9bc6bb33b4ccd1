// Private endpoints, which only the network of the apps can reach.
param prefix string
param location string
param tags { *: string }
param networkName string
param frontStorageId string
param workersStorageId string
param packageStorageId string
param auditStorageId string
param digestStorageId string
param serviceBusId string

var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  namespace: 'privatelink.servicebus.windows.net'
}
// The first name is older than the second app: it stays, so that an existing endpoint is not created twice.
var endpoints = [
  { name: 'host-blob', resourceId: frontStorageId, groupId: 'blob' }
  { name: 'workers-blob', resourceId: workersStorageId, groupId: 'blob' }
  { name: 'packages-blob', resourceId: packageStorageId, groupId: 'blob' }
  { name: 'audit-table', resourceId: auditStorageId, groupId: 'table' }
  { name: 'digests-blob', resourceId: digestStorageId, groupId: 'blob' }
  { name: 'service-bus', resourceId: serviceBusId, groupId: 'namespace' }
]

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' existing = {
  name: networkName
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for entry in items(zones): {
    name: entry.value
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (entry, index) in items(zones): {
    parent: zone[index]
    name: 'network'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

module endpoint 'privateEndpoint.bicep' = [
  for entry in endpoints: {
    name: 'endpoint-${entry.name}'
    params: {
      name: '${prefix}${entry.name}'
      location: location
      tags: tags
      subnetId: '${network.id}/subnets/endpoints'
      resourceId: entry.resourceId
      groupId: entry.groupId
      zoneId: resourceId('Microsoft.Network/privateDnsZones', zones[entry.groupId])
    }
    dependsOn: [zone]
  }
]
