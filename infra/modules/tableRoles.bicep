// What each app may do with the tables. Table Storage has no built-in role that adds rows and cannot change them.
param accountName string
param frontIdentityName string
param frontPrincipalId string
param workersIdentityName string
param workersPrincipalId string
@description('Whether audit entries have a retention. Only then may the workers delete them.')
param mayPurgeAudit bool

var roles = loadJsonContent('../roles.json')
var tableSets = loadJsonContent('../tables.json')
var entities = 'Microsoft.Storage/storageAccounts/tableServices/tables/entities'
var identities = [
  { name: frontIdentityName, principalId: frontPrincipalId }
  { name: workersIdentityName, principalId: workersPrincipalId }
]
// Every pair of an identity and a record table.
var recorders = flatten(map(
  identities,
  identity =>
    map(tableSets.record, table => {
      table: table
      name: identity.name
      principalId: identity.principalId
    })
))

var customRoles = [
  {
    name: 'Per-user MFA Table Reader'
    description: 'Reads rows of tables, and creates missing tables.'
    // The app asks for each table to be created when it first uses it.
    actions: [
      'Microsoft.Storage/storageAccounts/tableServices/tables/read'
      'Microsoft.Storage/storageAccounts/tableServices/tables/write'
    ]
    dataActions: ['${entities}/read']
  }
  {
    name: 'Per-user MFA Table Writer'
    description: 'Adds and updates rows of tables, and deletes none.'
    actions: []
    dataActions: ['${entities}/read', '${entities}/add/action', '${entities}/update/action']
  }
  {
    name: 'Per-user MFA Record Appender'
    description: 'Adds rows to tables, and neither changes nor deletes any.'
    actions: []
    dataActions: ['${entities}/read', '${entities}/add/action']
  }
  {
    name: 'Per-user MFA Record Purger'
    description: 'Deletes rows of tables, and neither adds nor changes any.'
    actions: []
    dataActions: ['${entities}/read', '${entities}/delete']
  }
]

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: accountName
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2026-06-01' existing = {
  parent: account
  name: 'default'
}

resource frontTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-06-01' existing = [
  for table in tableSets.front: {
    parent: tableService
    name: table
  }
]

resource workersTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-06-01' existing = [
  for table in tableSets.workers: {
    parent: tableService
    name: table
  }
]

resource recordTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-06-01' existing = [
  for recorder in recorders: {
    parent: tableService
    name: recorder.table
  }
]

resource purgedTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-06-01' existing = [
  for table in tableSets.record: {
    parent: tableService
    name: table
  }
]

resource definitions 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [
  for role in customRoles: {
    name: guid(account.id, role.name)
    properties: {
      roleName: '${role.name} (${accountName})'
      description: role.description
      type: 'CustomRole'
      assignableScopes: [resourceGroup().id]
      permissions: [
        {
          actions: role.actions
          notActions: []
          dataActions: role.dataActions
          notDataActions: []
        }
      ]
    }
  }
]

resource readTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for identity in identities: {
    scope: account
    name: guid(account.id, identity.name, customRoles[0].name)
    properties: {
      roleDefinitionId: definitions[0].id
      principalId: identity.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource writeFrontTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (table, index) in tableSets.front: {
    scope: frontTables[index]
    name: guid(account.id, table, frontIdentityName, customRoles[1].name)
    properties: {
      roleDefinitionId: definitions[1].id
      principalId: frontPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource changeWorkersTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (table, index) in tableSets.workers: {
    scope: workersTables[index]
    name: guid(account.id, table, workersIdentityName, roles['Storage Table Data Contributor'])
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles['Storage Table Data Contributor']
      )
      principalId: workersPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource appendRecord 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (recorder, index) in recorders: {
    scope: recordTables[index]
    name: guid(account.id, recorder.table, recorder.name, customRoles[2].name)
    properties: {
      roleDefinitionId: definitions[2].id
      principalId: recorder.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource purgeRecord 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (table, index) in tableSets.record: if (mayPurgeAudit) {
    scope: purgedTables[index]
    name: guid(account.id, table, workersIdentityName, customRoles[3].name)
    properties: {
      roleDefinitionId: definitions[3].id
      principalId: workersPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]
