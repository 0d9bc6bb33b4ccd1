// Grants the identity of the app exactly the permissions in permissions.json, in Microsoft Graph. Deploying it needs the
// right to grant them (Privileged Role Administrator, or a token with AppRoleAssignment.ReadWrite.All and
// Application.Read.All). grant-permissions.ps1 does the same.
extension microsoftGraphV1

@description('IDENTITY_PRINCIPAL_ID of the deployment.')
param identityPrincipalId string

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: '00000003-0000-0000-c000-000000000000'
}

resource grant 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for entry in loadJsonContent('permissions.json'): {
    appRoleId: filter(graph.appRoles, role => role.value == entry.permission)[0].id
    principalId: identityPrincipalId
    resourceId: graph.id
  }
]
