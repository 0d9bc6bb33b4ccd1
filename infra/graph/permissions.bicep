// Grants the identities of the two apps exactly their permissions of permissions.json, in Microsoft Graph. Deploying it needs
// the right to grant them (Privileged Role Administrator, or a token with AppRoleAssignment.ReadWrite.All and
// Application.Read.All). grant-permissions.ps1 does the same.
extension microsoftGraphV1

@description('FRONT_PRINCIPAL_ID of the deployment.')
param frontPrincipalId string
@description('WORKERS_PRINCIPAL_ID of the deployment.')
param workersPrincipalId string

var permissions = loadJsonContent('permissions.json')

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: '00000003-0000-0000-c000-000000000000'
}

resource grantFront 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for entry in filter(permissions, entry => contains(entry.apps, 'front')): {
    appRoleId: filter(graph.appRoles, role => role.value == entry.permission)[0].id
    principalId: frontPrincipalId
    resourceId: graph.id
  }
]

resource grantWorkers 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for entry in filter(permissions, entry => contains(entry.apps, 'workers')): {
    appRoleId: filter(graph.appRoles, role => role.value == entry.permission)[0].id
    principalId: workersPrincipalId
    resourceId: graph.id
  }
]
