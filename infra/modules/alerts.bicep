// Alerts on problems that need an operator. The folder alerts/ has one file for each query.
param location string
param tags { *: string }
param workspaceId string
param serviceBusId string
param actionGroupName string
@description('Mail address that receives the alerts. Empty: no mail is sent.')
param email string
@description('Hours without a completed registration sweep after which an alert fires.')
param registrationSweepHours int

var queues = loadJsonContent('../queues.json')
var groups = empty(email) ? [] : [group.id]

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
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
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
      enabled: true
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
      actions: { actionGroups: groups }
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
    actions: [for id in groups: { actionGroupId: id }]
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
      actions: [for id in groups: { actionGroupId: id }]
    }
  }
]
