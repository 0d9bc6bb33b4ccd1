using '../main.bicep'

param environmentName = 'example'
param location = 'westeurope'
param apiClientId = '11111111-2222-4333-8444-777777777777'
param deployerId = '11111111-2222-4333-8444-999999999998'
param alertEmail = 'administrators@contoso.com'
param private = true
