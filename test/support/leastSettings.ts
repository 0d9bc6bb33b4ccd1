/** The settings without which the service does not start in Azure. */
export const leastSettings = {
  TENANT_ID: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  API_AUDIENCE: 'api://per-user-mfa',
  ServiceBusConnection__fullyQualifiedNamespace: 'contoso.servicebus.windows.net',
  TablesConnection__tableServiceUri: 'https://contoso.table.core.windows.net',
  DigestsConnection__blobServiceUri: 'https://contoso.blob.core.windows.net',
};
