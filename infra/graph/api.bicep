// The API's registration in Entra ID, with the roles for its callers. An application administrator deploys it once, before
// everything else. register-api.ps1 does the same.
extension microsoftGraphV1

@description('Name of the installation.')
param environmentName string

var uniqueName = 'per-user-mfa-${environmentName}'

resource api 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: 'Per-user MFA (${environmentName})'
  signInAudience: 'AzureADMyOrg'
  // An owner could change the roles, or who may request tokens, without any role in Entra ID.
  owners: {
    relationshipSemantics: 'replace'
    relationships: []
  }
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

// Only callers with an assigned role get a token.
resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: api.appId
  appRoleAssignmentRequired: true
  // An owner could assign the roles to anyone.
  owners: {
    relationshipSemantics: 'replace'
    relationships: []
  }
}

@description('Client id of the API. Store it in the environment as API_CLIENT_ID.')
output apiClientId string = api.appId
@description('App ID URI of the API: the audience of access tokens.')
output identifierUri string = api.identifierUris[0]
