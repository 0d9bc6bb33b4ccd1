/** Functions that are not called over HTTP: switched off, so that what is queued stays there. */
const WORKERS = [
  'planStateChange',
  'applyStateChange',
  'sendNotification',
  'sendEvent',
  'recordPlanDeadLetters',
  'recordChangeDeadLetters',
  'recordNotificationDeadLetters',
  'recordEventDeadLetters',
  'recoverOperations',
  'sweepRegistrations',
  'purgeHistory',
];

/** Settings of the app under which everything that requests leave behind can be counted. */
export const QUIET_SETTINGS: Readonly<Record<string, string>> = Object.fromEntries(
  WORKERS.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']),
);
