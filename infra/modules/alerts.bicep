// Alerts on what somebody must act on. Queries are files of their own in alerts/.
param location string
param tags { *: string }
param workspaceId string
param serviceBusId string
param actionGroupName string
@description('Who is told; nobody when empty.')
param email string
@description('Without a completed registration sweep for so many hours there is an alert.')
param registrationSweepHours int

var queues = loadJsonContent('../queues.json')
var groups = empty(email) ? [] : [group.id]

var logAlerts = [
  {
    name: 'work-given-up'
    displayName: 'Work was given up'
    description: 'Messages became dead letters: users ended as failed. The log says why; then retry the operation.'
    severity: 1
    query: loadTextContent('../alerts/work-given-up.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'webhook-given-up'
    displayName: 'The webhook does not take events'
    description: 'Events were given up after a day of attempts. Is the receiver there, and does it know the secret?'
    severity: 2
    query: loadTextContent('../alerts/webhook-given-up.kql')
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'operation-slow'
    displayName: 'An operation takes long'
    description: 'For four hours there was always an operation that is not over. Is Graph throttling, or a permission missing?'
    severity: 2
    query: loadTextContent('../alerts/operation-slow.kql')
    window: 'PT4H'
    every: 'PT30M'
  }
  {
    name: 'registration-sweep-late'
    displayName: 'No registration sweep was completed'
    description: 'Two intervals passed without one. Who registered, and what was changed outside, is not noticed.'
    severity: 2
    query: loadTextContent('../alerts/registration-sweep-late.kql')
    window: 'PT${registrationSweepHours}H'
    every: 'PT30M'
  }
  {
    name: 'callers-turned-away'
    displayName: 'Many callers are turned away'
    description: 'More than 20 calls in five minutes had no valid token or not the role: a broken workflow, or somebody trying doors.'
    severity: 2
    query: loadTextContent('../alerts/callers-turned-away.kql')
    window: 'PT5M'
    every: 'PT5M'
  }
  {
    name: 'daily-lowering-limit'
    displayName: 'The daily limit on lowering states was reached'
    description: 'The states of as many users as MAX_LOWERED_PER_DAY allows were lowered today, and more were requested.'
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

// The app takes dead letters from the queues and records them. Those that stay are ones it could not take.
resource deadLetters 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Dead letters stay in a queue: the app does not record them. Does it run?'
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

// Service Bus has no metric for the age of a message. When messages wait all the time and none is completed, the oldest
// is at least as old as the window.
resource oldMessages 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for queue in items(queues): {
    name: 'old-messages-${queue.key}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Messages of the queue ${queue.key} have waited for half an hour and none was completed. Does the app run? Is Graph away?'
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
