// One of the two apps, which run the same package on a Flex Consumption plan each (the plan has room for one app). It has one
// identity, and no secret except that of an optional webhook.
param name string
param planName string
param location string
param tags { *: string }
param identityId string
param identityClientId string
@description('Blob container with the package of the app, which its identity only reads.')
param packageContainerUrl string
param hostStorageName string
param serviceBusNamespace string
param insightsConnectionString string
@description('Subnet for the outgoing connections of the app.')
param subnetId string
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReadyHttp int
@description('Public address of the API, including /api. Empty: the address of the app.')
param apiUrl string
@description('Settings of the app, which shared/config.ts reads.')
param settings { *: string }
@description('Names of the functions that only the other app runs.')
param switchedOff string[]
@description('Address of the webhook. It may contain a key.')
@secure()
param notifyWebhook string
@description('Secret that signs the events.')
@secure()
param notifyWebhookSecret string

// The names of settings have no dots on this plan; the host also knows this form.
var switchOff = toObject(switchedOff, name => 'AzureWebJobs_${name}_Disabled', name => 'true')

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
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
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
  properties: union(settings, switchOff, {
    // Links in answers start with this address.
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
    // Without this setting, the host serves a default page at its root.
    AzureWebJobsDisableHomepage: 'true'
    // Without this setting, the host would use gRPC for a collector, and the app uses HTTP.
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf'
    // Keeps all traces. The default is five traces a second, and alerts count lines of the log.
    OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
    OTEL_TRACES_SAMPLER_ARG: '1'
    // Turns off the exporter's own reports to Microsoft.
    APPLICATION_INSIGHTS_NO_STATSBEAT: 'true'
    APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  })
}

// Deployments also sign in to Entra ID, without user name and password.
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
