// The workbook with an overview: operations, outcomes, quota, users by state.
param location string
param tags { *: string }
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'per-user-mfa')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Per-user MFA'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: loadTextContent('../workbook.json')
  }
}
