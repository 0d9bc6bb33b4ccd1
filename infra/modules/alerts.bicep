// Alerts on problems that need an operator. The folder alerts/ has one file for each query.
param location string
param tags { *: string }
param workspaceId string
param serviceBusId string
param actionGroupName string
@description('Mail address that receives the alerts.')
param email string
@description('Hours without a completed registration sweep after which an alert fires.')
param registrationSweepHours int
@description('Whether audit entries have a retention. Then deleting them is no reason for an alert.')
param purgesAudit bool

var queues = loadJsonContent('../queues.json')

var logAlerts = [
  {
    name: 'work-given-up'
    displayName: 'Changes failed after ten attempts'
    description: 'Messages became dead letters, and their users were recorded as failed. Find the reason in the log, then retry the operation.'
    severity: 1
    query: loadTextContent('../alerts/work-given-up.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'webhook-given-up'
    displayName: 'The webhook does not accept events'
    description: 'The webhook did not accept events for a day, so they were dropped. Check that the receiver runs and has the right secret.'
    severity: 2
    query: loadTextContent('../alerts/webhook-given-up.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'operation-slow'
    displayName: 'Operations run for a long time'
    description: 'For four hours, at least one operation was running at all times. Check whether Graph throttles or a permission is missing.'
    severity: 2
    query: loadTextContent('../alerts/operation-slow.kql')
    window: 'PT4H'
    every: 'PT30M'
  }
  {
    name: 'registration-sweep-late'
    displayName: 'No registration sweep was completed'
    description: 'Two intervals passed without a completed sweep. New registrations and changes by others are not recorded meanwhile.'
    severity: 2
    query: loadTextContent('../alerts/registration-sweep-late.kql')
    window: 'PT${registrationSweepHours}H'
    every: 'PT30M'
  }
  {
    name: 'callers-turned-away'
    displayName: 'Many requests are rejected'
    description: 'More than 20 requests in five minutes had no valid token or lacked the role. Check for a broken workflow or an attack.'
    severity: 2
    query: loadTextContent('../alerts/callers-turned-away.kql')
    window: 'PT5M'
    every: 'PT5M'
  }
  {
    name: 'daily-lowering-limit'
    displayName: 'The daily limit on lowering states was reached'
    description: 'Callers asked to lower the states of more users today than MAX_LOWERED_PER_DAY allows.'
    severity: 1
    query: loadTextContent('../alerts/daily-lowering-limit.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'states-lowered'
    displayName: 'States of users were lowered'
    description: 'Users were disabled, or moved from enforced to enabled. Check that the caller in the log line was meant to do this.'
    severity: 2
    query: loadTextContent('../alerts/states-lowered.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'changed-outside'
    displayName: 'States were changed outside of the service'
    description: 'A registration sweep found states that this service did not change. The audit record has the users, the time window, and who changed them where Entra ID says so.'
    severity: 2
    query: loadTextContent('../alerts/changed-outside.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'protected-account-refused'
    displayName: 'A change of a protected account was refused'
    description: 'A caller asked to change a break-glass account, a directory synchronization account or a privileged account.'
    severity: 1
    query: loadTextContent('../alerts/protected-account-refused.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'requests-refused'
    displayName: 'Requests that are dangerous were refused'
    description: 'A request was refused before anything was done, and the refusal was recorded. Check the caller and the code in the log line.'
    severity: 2
    query: loadTextContent('../alerts/requests-refused.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'operation-canceled'
    displayName: 'Operations were canceled'
    description: 'A caller canceled an operation. Its remaining users keep their state, and may be unprotected.'
    severity: 2
    query: loadTextContent('../alerts/operation-canceled.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'approval-requested'
    displayName: 'An operation waits for approval'
    description: 'A second person must approve or reject the operation.'
    severity: 3
    query: loadTextContent('../alerts/approval-requested.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'approval-expired'
    displayName: 'An approval expired'
    description: 'No second person approved the operation in time, so it changes no user.'
    severity: 3
    query: loadTextContent('../alerts/approval-expired.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'writes-halted'
    displayName: 'Changes were halted or resumed'
    description: 'A caller used the halt switch. While it is on, no user is changed.'
    severity: 1
    query: loadTextContent('../alerts/writes-halted.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'protection-unresolved'
    displayName: 'Protected accounts were not found'
    description: 'A name or group in the settings of protected accounts was not found, so it protects no account.'
    severity: 1
    query: loadTextContent('../alerts/protection-unresolved.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'audit-rows-changed'
    displayName: 'Audit entries were changed'
    description: 'An identity changed rows of the audit record. The apps only add rows.'
    severity: 0
    query: loadTextContent('../alerts/audit-rows-changed.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'audit-rows-deleted'
    displayName: 'Audit entries were deleted'
    description: 'An identity deleted rows or tables of the audit record, which has no retention.'
    severity: 0
    query: loadTextContent('../alerts/audit-rows-deleted.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'audit-digests-changed'
    displayName: 'Digests of the audit record were changed'
    description: 'An identity removed or replaced digests, which prove that the audit record was not rewritten. The apps only add digests.'
    severity: 0
    query: loadTextContent('../alerts/audit-digests-changed.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'audit-seal-late'
    displayName: 'The audit record is not sealed'
    description: 'For three hours, no hour of the audit record was sealed. Until it is, a change of its newest entries would not be found.'
    severity: 2
    query: loadTextContent('../alerts/audit-seal-late.kql')
    window: 'PT3H'
    every: 'PT30M'
  }
  {
    name: 'package-replaced'
    displayName: 'The package of an app was replaced'
    description: 'New code runs with the rights of the app. Check that this was your own deployment.'
    severity: 2
    query: loadTextContent('../alerts/package-replaced.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'MFA service'
    emailReceivers: [
      {
        name: 'administrators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource logAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in logAlerts: {
    name: alert.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.displayName
      description: alert.description
      severity: alert.severity
      enabled: alert.name != 'audit-rows-deleted' || !purgesAudit
      scopes: [workspaceId]
      windowSize: alert.window
      evaluationFrequency: alert.every
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: [group.id] }
    }
  }
]

// The app takes dead letters from the queues and records them. Dead letters that stay in a queue were not recorded.
resource deadLetters 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Dead letters stay in a queue, because the app does not record them. Check that the app runs.'
    severity: 1
    enabled: true
    scopes: [serviceBusId]
    windowSize: 'PT15M'
    evaluationFrequency: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead letters'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Minimum'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: ['*']
            }
          ]
        }
      ]
    }
    actions: [{ actionGroupId: group.id }]
  }
}

// Service Bus has no metric for the age of a message. If messages wait during the whole window and none is completed, the
// oldest is at least as old as the window.
resource oldMessages 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for queue in items(queues): {
    name: 'old-messages-${queue.key}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Messages waited in the queue ${queue.key} for half an hour, and none was completed. Check that the app runs and that Graph answers.'
      severity: 1
      enabled: true
      scopes: [serviceBusId]
      windowSize: 'PT30M'
      evaluationFrequency: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'waiting'
            metricName: 'ActiveMessages'
            timeAggregation: 'Minimum'
            operator: 'GreaterThan'
            threshold: 0
            dimensions: [
              {
                name: 'EntityName'
                operator: 'Include'
                values: [queue.key]
              }
            ]
          }
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'completed'
            metricName: 'CompleteMessage'
            timeAggregation: 'Total'
            operator: 'LessThan'
            threshold: 1
            dimensions: [
              {
                name: 'EntityName'
                operator: 'Include'
                values: [queue.key]
              }
            ]
          }
        ]
      }
      actions: [{ actionGroupId: group.id }]
    }
  }
]

// Changes of the resources themselves, from the activity log of the resource group.
var activityAlerts = [
  {
    name: 'settings-changed'
    description: 'Settings or the configuration of an app were changed. Check that this was your own deployment: settings name the protected accounts and the daily limit.'
    operations: [
      'Microsoft.Web/sites/write'
      'Microsoft.Web/sites/config/write'
    ]
  }
  {
    name: 'access-changed'
    description: 'Role assignments, network rules, locks or the log of the audit record were changed. Check that this was your own deployment.'
    operations: [
      'Microsoft.Authorization/roleAssignments/write'
      'Microsoft.Authorization/roleAssignments/delete'
      'Microsoft.Authorization/roleDefinitions/write'
      'Microsoft.Authorization/locks/delete'
      'Microsoft.Insights/diagnosticSettings/write'
      'Microsoft.Insights/diagnosticSettings/delete'
      'Microsoft.Storage/storageAccounts/write'
      'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/write'
      'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/delete'
      'Microsoft.ServiceBus/namespaces/networkRuleSets/write'
    ]
  }
]

resource activityAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = [
  for alert in activityAlerts: {
    name: alert.name
    location: 'global'
    tags: tags
    properties: {
      description: alert.description
      enabled: true
      scopes: [resourceGroup().id]
      condition: {
        allOf: [
          {
            field: 'category'
            equals: 'Administrative'
          }
          {
            field: 'status'
            equals: 'Succeeded'
          }
          {
            anyOf: [for operation in alert.operations: { field: 'operationName', equals: operation }]
          }
        ]
      }
      actions: { actionGroups: [{ actionGroupId: group.id }] }
    }
  }
]
