// The workspace for logs and metrics. Only identities may write to it, so no key can leak.
param workspaceName string
param insightsName string
param location string
param tags { *: string }
param retentionDays int
@description('Names and object ids of the identities of the apps.')
param identities { name: string, principalId: string }[]

var roles = loadJsonContent('../roles.json')

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource publishMetrics 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for identity in identities: {
    scope: insights
    name: guid(insights.id, identity.name, roles['Monitoring Metrics Publisher'])
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles['Monitoring Metrics Publisher']
      )
      principalId: identity.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

output workspaceId string = workspace.id
@description('Connection string of the component. It is no secret: writing also needs the identity.')
output insightsConnectionString string = insights.properties.ConnectionString
