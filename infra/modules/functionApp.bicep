// The app on the Flex Consumption plan. It has one identity, and no secret but that of the webhook if there is one.
param name string
param planName string
param location string
param tags { *: string }
param identityId string
param identityClientId string
@description('The blob container that packages are deployed to.')
param deploymentContainerUrl string
param hostStorageName string
param serviceBusNamespace string
param insightsConnectionString string
@description('The subnet that the app calls from; empty for none.')
param subnetId string
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReadyHttp int
@description('The address of the API for those who call it, with /api; empty for that of the app.')
param apiUrl string
@description('Settings of the app itself; shared/config.ts reads them.')
param settings { *: string }
@description('Where events are sent. There may be a key in it.')
@secure()
param notifyWebhook string
@description('What events are signed with.')
@secure()
param notifyWebhookSecret string

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '22'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyHttp > 0 ? [{ name: 'http', instanceCount: alwaysReadyHttp }] : []
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(settings, {
    // Links in answers start with it.
    API_URL: empty(apiUrl) ? 'https://${app.properties.defaultHostName}/api' : apiUrl
    AzureWebJobsStorage__accountName: hostStorageName
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    ServiceBusConnection__fullyQualifiedNamespace: serviceBusNamespace
    ServiceBusConnection__credential: 'managedidentity'
    ServiceBusConnection__clientId: identityClientId
    AZURE_CLIENT_ID: identityClientId
    NOTIFY_WEBHOOK: notifyWebhook
    NOTIFY_WEBHOOK_SECRET: notifyWebhookSecret
    // The host would answer its root with a page about itself.
    AzureWebJobsDisableHomepage: 'true'
    // The host would speak gRPC and the app HTTP to the same collector, should there be one.
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf'
    // Everything is kept: the host would otherwise keep five traces a second, and alerts count lines of the log.
    OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
    OTEL_TRACES_SAMPLER_ARG: '1'
    // The exporter's own reports to Microsoft are for Microsoft.
    APPLICATION_INSIGHTS_NO_STATSBEAT: 'true'
    APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  })
}

// Deployments sign in to Entra ID, too: no user name and password.
resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

output name string = app.name
output apiUrl string = 'https://${app.properties.defaultHostName}/api'
