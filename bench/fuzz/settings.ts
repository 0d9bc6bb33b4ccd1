/** Functions that are not called over HTTP: switched off, so that what is queued stays there. */
const WORKERS = [
  'planStateChange',
  'planExpressStateChange',
  'applyStateChange',
  'sendNotification',
  'sendEvent',
  'recordPlanDeadLetters',
  'recordExpressPlanDeadLetters',
  'recordChangeDeadLetters',
  'recordNotificationDeadLetters',
  'recordEventDeadLetters',
  'recordSweepDeadLetters',
  'runSweep',
  'sealAudit',
  'recoverOperations',
  'endExceptions',
  'sweepRegistrations',
  'indexAudit',
  'purgeHistory',
];

/** Settings of the app under which everything that requests leave behind can be counted. */
export const QUIET_SETTINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(WORKERS.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true'])),
  // Nothing finishes, and a few callers send all requests.
  MAX_OPEN_OPERATIONS_PER_CALLER: '100000',
};
