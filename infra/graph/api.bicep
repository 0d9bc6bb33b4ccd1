// The API's registration in Entra ID, with the roles that its callers may have. Deployed once, before anything else, by
// somebody who may register applications. register-api.ps1 does the same.
extension microsoftGraphV1

@description('Name of the installation.')
param environmentName string

var uniqueName = 'per-user-mfa-${environmentName}'

resource api 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: 'Per-user MFA (${environmentName})'
  signInAudience: 'AzureADMyOrg'
  identifierUris: ['api://${tenant().tenantId}/${uniqueName}']
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: [
      {
        id: guid(uniqueName, 'access')
        value: 'access'
        type: 'Admin'
        isEnabled: true
        adminConsentDisplayName: 'Use the per-user MFA service'
        adminConsentDescription: 'Calls the per-user MFA service as the signed-in user, within the roles that the user has.'
      }
    ]
  }
  appRoles: [
    for role in loadJsonContent('app-roles.json'): {
      id: role.id
      value: role.value
      displayName: role.displayName
      description: role.description
      allowedMemberTypes: ['User', 'Application']
      isEnabled: true
    }
  ]
}

// Only those who are assigned a role get a token.
resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: api.appId
  appRoleAssignmentRequired: true
}

@description('Goes into the environment as API_CLIENT_ID.')
output apiClientId string = api.appId
@description('What callers ask a token for.')
output identifierUri string = api.identifierUris[0]
