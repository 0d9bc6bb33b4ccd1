import { AuditReader } from '../audit/auditReader.ts';
import { AuditStore } from '../audit/auditStore.ts';
import { decisionRecorder, type RecordDecision } from '../audit/decisions.ts';
import { cacheFor } from '../cacheFor.ts';
import { readSettings, type Settings } from '../config.ts';
import type { CloudEventParts } from '../events/cloudEvent.ts';
import { type ScheduleFinishCheck, scheduleFinishChecksOn, scheduleNoFinishChecks } from '../events/finishCheck.ts';
import type { Webhook } from '../events/post.ts';
import { type QueueEvent, queueEventsTo, queueNoEvents } from '../events/queueEvent.ts';
import { graphOf, type SendToGraph } from '../graph/graph.ts';
import { type GraphIdentity, graphIdentityOf } from '../graph/graphIdentity.ts';
import { appTokens } from '../graph/graphTokens.ts';
import { loggedGraph } from '../graph/loggedGraph.ts';
import { loggedItems } from '../graph/loggedItems.ts';
import { authenticatorOf } from '../http/authenticate.ts';
import type { Authenticate } from '../http/caller.ts';
import { lastKnown } from '../lastKnown.ts';
import { DeliveryStore } from '../notifications/deliveryStore.ts';
import type { NotifyDependencies } from '../notifications/notify.ts';
import { queueNoNotifications, queueNotificationsTo } from '../notifications/queueNotifications.ts';
import { ExceptionStore } from '../operations/exceptionStore.ts';
import { OperationIndex } from '../operations/operationIndex.ts';
import { OperationStore } from '../operations/operationStore.ts';
import { ProgressReader } from '../operations/progress.ts';
import { type Admission, sharedAdmission } from '../pace/admission.ts';
import { type DailyLimit, sharedDailyLimit } from '../pace/dailyLimit.ts';
import { type MailPacer, mailPacer } from '../pace/mailPacer.ts';
import { measureGrant } from '../pace/measureGrant.ts';
import { type Pacer, sharedPacer, unpaced } from '../pace/pacer.ts';
import type { DigestStore } from '../proof/digestStore.ts';
import { digestStoreOf } from '../proof/openDigests.ts';
import { type Queues, queuesOf } from '../queues/queues.ts';
import { CoverageStore } from '../registration/coverageStore.ts';
import { SweepStore } from '../registration/sweepStore.ts';
import type { QueueNotifications } from '../stateChange/applyDependencies.ts';
import { type OpenTable, tablesOf } from '../tables/tables.ts';
import { measuredGraph } from '../telemetry/measuredGraph.ts';
import { startTelemetry } from '../telemetry/start.ts';
import { noTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { isUnreadable } from '../tenant/listIds.ts';
import { readPolicy, type TenantPolicy } from '../tenant/policy.ts';
import { findPrivilegedUsers, type PrivilegedUsersAnswer } from '../tenant/privilegedUsers.ts';
import { findProtectedUsers, type ProtectedUsersAnswer } from '../tenant/protectedUsers.ts';
import { ASK_EVERY_MS, sharedPolicy } from '../tenant/sharedPolicy.ts';
import { sharedWriteHalt, type WriteHalt } from '../tenant/writeHalt.ts';
import { ChangedUsers } from '../users/changedUsers.ts';
import { SnapshotStore } from '../users/snapshotStore.ts';
import { UserStore } from '../users/userStore.ts';
import { wait } from '../wait.ts';
import { CallerTurns } from './callerTurns.ts';
import { ExpressFirst } from './expressFirst.ts';
import { reportingUnresolved } from './reportUnresolved.ts';

/** The dependencies of all functions, built once per process. Clients connect on first use. */
export interface Dependencies {
  readonly settings: Settings;
  readonly authenticate: Authenticate;
  readonly open: OpenTable;
  readonly operations: OperationStore;
  readonly exceptions: ExceptionStore;
  readonly index: OperationIndex;
  readonly progress: ProgressReader;
  readonly users: UserStore;
  readonly snapshots: SnapshotStore;
  readonly changedUsers: ChangedUsers;
  readonly coverage: CoverageStore;
  readonly audit: AuditStore;
  readonly recordDecision: RecordDecision;
  readonly auditReader: AuditReader;
  readonly digests: DigestStore;
  readonly sweeps: SweepStore;
  readonly sweptFrom: () => Promise<string | undefined>;
  readonly graphIdentity: () => Promise<GraphIdentity | undefined>;
  readonly queues: Queues;
  readonly graph: SendToGraph;
  readonly pacer: Pacer;
  readonly dailyLimit: DailyLimit;
  readonly loweredWithoutApproval: number;
  readonly approvalMs: number;
  readonly admission: Admission;
  readonly queueNotifications: QueueNotifications;
  readonly deliveries: DeliveryStore;
  readonly mailPacer: MailPacer;
  readonly mail: NotifyDependencies['mail'];
  readonly webhook: Webhook | undefined;
  readonly eventParts: CloudEventParts;
  readonly queueEvent: QueueEvent;
  readonly scheduleFinishCheck: ScheduleFinishCheck;
  readonly policy: () => Promise<TenantPolicy>;
  /** The policy if it is fresh. Sends no request to Graph. */
  readonly knownPolicy: () => Promise<TenantPolicy | undefined>;
  readonly protectedUsers: () => Promise<ProtectedUsersAnswer>;
  /** The last answer, at once. */
  readonly lastProtectedUsers: () => ProtectedUsersAnswer;
  /** The accounts with a directory role, whether or not they are protected. */
  readonly administrators: () => Promise<PrivilegedUsersAnswer>;
  /** Empty without the setting PROTECT_PRIVILEGED. */
  readonly privilegedUsers: () => Promise<PrivilegedUsersAnswer>;
  readonly writeHalt: WriteHalt;
  readonly telemetry: Telemetry;
  readonly expressFirst: ExpressFirst;
  readonly callerTurns: CallerTurns;
  readonly now: () => number;
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly retryBudgetMs: number;
  readonly consistencyMs: number;
  readonly lateWriteMs: number;
  readonly recoverAfterMs: number;
}

/** An account that becomes protected or privileged is not lowered from this time on, at the latest. */
const ACCOUNTS_FRESH_FOR_MS = 60_000;

let built: Dependencies | undefined;

/** @throws Error with every problem of the settings */
export function dependencies(): Dependencies {
  built ??= buildDependencies(readSettings(process.env), Date.now);
  return built;
}

/**
 * Builds the dependencies with the telemetry in the settings, before the first function runs.
 * @throws Error with every problem of the settings
 */
export async function prepareDependencies(): Promise<Dependencies> {
  const settings = readSettings(process.env);
  built ??= buildDependencies(settings, Date.now, await startTelemetry(settings, process.env));
  return built;
}

/** @param now milliseconds since 1970 */
export function buildDependencies(
  settings: Settings,
  now: () => number,
  telemetry: Telemetry = noTelemetry,
): Dependencies {
  const open = tablesOf(settings);
  const tokens = appTokens(settings, now);
  const logged = loggedItems(loggedGraph(graphOf(settings, now, tokens), console.warn, now), console.warn, now);
  const graph = measuredGraph(logged, new URL(settings.GRAPH_BASE_URL).hostname, telemetry);
  const operations = new OperationStore(open, now);
  const sweeps = new SweepStore(open);
  const freshForMs = settings.POLICY_CACHE_SECONDS * 1000;
  const policy = sharedPolicy({
    open,
    read: () => readPolicy(graph, now, () => wait(ASK_EVERY_MS)),
    freshForMs,
    now,
    pause: wait,
  });
  const audit = new AuditStore(open, now);
  const recordDecision = decisionRecorder(audit, console.log);
  const accounts = {
    freshForMs: Math.min(freshForMs, ACCOUNTS_FRESH_FOR_MS),
    now,
    isComplete: (answer: object | undefined) => answer !== undefined && !isUnreadable(answer),
  };
  const protectedUsers = cacheFor(
    reportingUnresolved(() => findProtectedUsers(graph, settings, now), { recordDecision, now }),
    accounts,
  );
  const administrators = cacheFor(() => findPrivilegedUsers(graph), accounts);
  const recoverAfterMs = settings.RECOVER_AFTER_SECONDS * 1000;
  const queues = queuesOf(settings, telemetry);
  const progress = new ProgressReader(operations);
  const webhook =
    settings.NOTIFY_WEBHOOK === ''
      ? undefined
      : { url: settings.NOTIFY_WEBHOOK, secrets: settings.NOTIFY_WEBHOOK_SECRET };
  const limit = { writes: settings.GRAPH_WRITES_LIMIT, windowMs: settings.GRAPH_WRITES_WINDOW_SECONDS * 1000 };
  return {
    settings,
    authenticate: authenticatorOf(settings, now),
    open,
    operations,
    exceptions: new ExceptionStore(open),
    index: new OperationIndex(open, now),
    progress,
    users: new UserStore(open),
    snapshots: new SnapshotStore(open),
    changedUsers: new ChangedUsers(open),
    coverage: new CoverageStore(open),
    audit,
    recordDecision,
    auditReader: new AuditReader(open, now),
    digests: digestStoreOf(settings),
    sweeps,
    sweptFrom: async () => (await sweeps.completed())?.confirmedFrom,
    graphIdentity: () => graphIdentityOf(tokens),
    queues,
    queueNotifications: settings.NOTIFY_FROM === '' ? queueNoNotifications : queueNotificationsTo(queues),
    deliveries: new DeliveryStore(open),
    mailPacer: mailPacer(open, { perMinute: settings.NOTIFY_PER_MINUTE, perDay: settings.NOTIFY_PER_DAY }, now),
    mail: {
      from: settings.NOTIFY_FROM,
      language: settings.NOTIFY_LANGUAGE,
      format: settings.NOTIFY_FORMAT || 'html',
      subject: settings.NOTIFY_SUBJECT,
      body: settings.NOTIFY_BODY,
      contact: settings.NOTIFY_CONTACT,
      reminder: { subject: settings.REMIND_SUBJECT, body: settings.REMIND_BODY },
    },
    graph,
    pacer: limit.writes === 0 ? unpaced : sharedPacer(open, limit, now, (grant) => measureGrant(telemetry, grant)),
    dailyLimit: sharedDailyLimit(open, settings.MAX_LOWERED_PER_DAY, now),
    loweredWithoutApproval: settings.LOWERED_WITHOUT_APPROVAL,
    approvalMs: settings.APPROVAL_HOURS * 3_600_000,
    admission: sharedAdmission(
      {
        openOperations: settings.MAX_OPEN_OPERATIONS_PER_CALLER,
        expressUsersPerMinute: settings.EXPRESS_USERS_PER_MINUTE,
      },
      { open, standingOf: (id) => progress.standingOf(id), now, recoverAfterMs },
    ),
    webhook,
    eventParts: { operations, progress, tenantId: settings.TENANT_ID, apiUrl: settings.API_URL },
    queueEvent: webhook === undefined ? queueNoEvents : queueEventsTo(queues, now),
    scheduleFinishCheck: webhook === undefined ? scheduleNoFinishChecks : scheduleFinishChecksOn(queues, now),
    policy: policy.current,
    knownPolicy: policy.known,
    protectedUsers,
    lastProtectedUsers: lastKnown(protectedUsers, { askEveryMs: ACCOUNTS_FRESH_FOR_MS, now }),
    administrators,
    privilegedUsers: settings.PROTECT_PRIVILEGED ? administrators : async () => new Map(),
    writeHalt: sharedWriteHalt(open, now),
    telemetry,
    expressFirst: new ExpressFirst(wait),
    callerTurns: new CallerTurns(),
    now,
    random: Math.random,
    wait,
    retryBudgetMs: settings.APPLY_RETRY_BUDGET_SECONDS * 1000,
    recoverAfterMs,
    consistencyMs: settings.GRAPH_CONSISTENCY_SECONDS * 1000,
    lateWriteMs: (2 * settings.GRAPH_TIMEOUT_SECONDS + settings.GRAPH_CONSISTENCY_SECONDS) * 1000,
  };
}
