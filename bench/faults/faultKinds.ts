/** Everything that a campaign does to the system, with what it is, for the table at its end. */
export const faultKinds = {
  hostKilled: 'a host is ended at once',
  hostDrained: 'a host is scaled in',
  appRestarted: 'the app in a host is restarted',

  batch401: 'Graph: 401 for a whole batch or a single request',
  batch429: 'Graph: 429 with Retry-After',
  batch429WithoutTime: 'Graph: 429 without Retry-After',
  batch500: 'Graph: 500',
  batch502Page: 'Graph: 502 with an HTML page',
  batch503: 'Graph: 503 with Retry-After',
  batch503Page: 'Graph: 503 with an HTML page',
  batch504: 'Graph: 504',
  answerTruncated: 'Graph: the answer breaks off in the middle',
  batchHangs: 'Graph: no answer within the timeout, and nothing is carried out',
  batchSlow: 'Graph: carried out and answered late, within the timeout',
  batchReset: 'Graph: the connection is reset before the request is carried out',
  answerDropped: 'Graph: the connection is reset after the request was carried out',
  answersOmitted: 'Graph: answers are missing in a batch',
  answersReordered: 'Graph: the answers of a batch come in another order',
  item401: 'Graph: 401 for one request of a batch',
  item429: 'Graph: 429 with Retry-After, for one request of a batch',
  item429WithoutTime: 'Graph: 429 without Retry-After, for one request of a batch',
  item500: 'Graph: 500 for one request of a batch',
  item503: 'Graph: 503 for one request of a batch',
  itemReset: 'Graph: the connection is reset in the middle of a batch',
  itemAnswerDropped: 'Graph: the connection is reset after one request of a batch',
  itemAnswerTruncated: 'Graph: the answer of a batch breaks off because of one request',
  lateWrite: 'Graph: a write is carried out after the client has given up',

  user400: 'one user: always 400',
  user403: 'one user: always 403',
  user404: 'one user: always 404',
  user500: 'one user: always 500',
  userHangs: 'one user: never an answer, also for the batch around',
  userResets: 'one user: the connection is reset, also for the batch around',
  userNullState: 'one user: the state is null',
  userUnknownState: 'one user: a state that does not exist',
  userDeleted: 'one user: deleted after the operation was sent',

  outsideChange: 'an administrator changes a state past the service',
  groupOfPages: 'an operation about a group of more than one page',
  listOfPages: 'an operation about more than one page of references',
  beyondDailyLimit: 'a user is refused because of the daily limit',
  overQuota: 'Graph: 429 because the quota of writes is used up',
  waitForQuota: 'writes wait for the quota',

  graphOutage: 'Graph: an outage',
  tableOutage: 'Table Storage: an outage',
  queueOutage: 'Service Bus: an outage',
  queueBusy: 'Service Bus: server-busy',
  connectionCut: 'Service Bus: a connection is cut',
  lockLost: 'Service Bus: a lock runs out',
  deadPlan: 'Service Bus: the message of a page of references uses up its deliveries',
  deadChange: 'Service Bus: the message of a chunk uses up its deliveries',
  orphanedMessage: 'Service Bus: a message that no version of the app can read becomes a dead letter',

  tableRefuse: 'Table Storage: the connection is reset before the request is carried out',
  tableError: 'Table Storage: 500',
  tableBusy: 'Table Storage: 503',
  tableHang: 'Table Storage: no answer, then the connection closes',
  tableLate: 'Table Storage: carried out late',
  tableDropAnswer: 'Table Storage: carried out, and the connection is reset before the answer',
} as const;

export type FaultKind = keyof typeof faultKinds;

/** How often each kind happened. */
export type KindCounts = Readonly<Record<FaultKind, number>>;

export const allKinds = Object.keys(faultKinds) as readonly FaultKind[];

/** Every campaign has every kind. */
export const plannedKinds = allKinds;

/** The planned kinds that never happened: a campaign without them says nothing about them. */
export function neverHappened(planned: readonly FaultKind[], counts: KindCounts): FaultKind[] {
  return planned.filter((kind) => counts[kind] === 0);
}

/** A line for each kind, with how often it happened. */
export function describeKinds(planned: readonly FaultKind[], counts: KindCounts): string[] {
  return planned.map((kind) => `${String(counts[kind]).padStart(7)}  ${kind.padEnd(20)} ${faultKinds[kind]}`);
}
