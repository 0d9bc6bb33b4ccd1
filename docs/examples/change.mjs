// Sets the per-user MFA state of users, waits for the result, and lists the users that need attention. Node.js 20 or
// later, and nothing to install.
//
//   node change.mjs enabled "Onboarding 4711" alice@contoso.com bob@contoso.com
//
// MFA_URL is the address of the API, MFA_ACCESS_TOKEN the access token (see docs/automation.md). Exit codes: 0 all
// done, 1 error, 2 some users were refused, failed or canceled.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const MOST_ATTEMPTS = 5;
const USAGE = `Usage: node change.mjs STATE REASON USER...
  STATE   disabled, enabled or enforced
  REASON  why; it is kept in the audit record
  USER    an object id or a user principal name
MFA_URL is the address of the API, MFA_ACCESS_TOKEN the access token. To repeat a call that
broke off, set OPERATION_ID to the id that it told: nothing is done twice.`;
const [state, reason, ...users] = process.argv.slice(2);
const { MFA_URL = '', MFA_ACCESS_TOKEN, OPERATION_ID = randomUUID() } = process.env;
const REPEAT = `To repeat the same operation: OPERATION_ID=${OPERATION_ID}`;
const authorization = MFA_ACCESS_TOKEN ? { Authorization: `Bearer ${MFA_ACCESS_TOKEN}` } : {};

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function run() {
  if (users.length === 0) throw new Error(USAGE);
  if (!URL.canParse(MFA_URL)) throw new Error('Set MFA_URL to the address of the API, with /api.');
  if (MFA_ACCESS_TOKEN && !/^https:|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(MFA_URL))
    throw new Error('Use https: on the way to MFA_URL others could read the access token.');

  let answer = await call(`${MFA_URL}/state-changes`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Operation-Id': OPERATION_ID },
    body: JSON.stringify({ state, reason, users }),
  });
  while (answer.status === 202) {
    await pause(delayOf(answer, 2));
    answer = await call(answer.headers.get('location'));
  }

  const operation = JSON.parse(answer.text);
  console.log(operation.status, operation.counts);
  for (const status of ['refused', 'failed']) {
    let next = `${MFA_URL}/operations/${operation.id}/items?status=${status}`;
    while (next) {
      const { value, nextLink } = JSON.parse((await call(next)).text);
      for (const { reference, outcome, detail } of value) console.log(reference, outcome, detail.code, detail.message);
      next = nextLink;
    }
  }
  return operation.status === 'Succeeded' ? 0 : 2;
}

/** Calls the API, and reads the whole answer. What passes by itself is tried again, which is safe, as an operation has its id. */
async function call(url, init = {}) {
  for (let attempt = 1; ; attempt++) {
    let answer;
    try {
      const signal = AbortSignal.timeout(100_000);
      const response = await fetch(url, { ...init, signal, headers: { ...authorization, ...init.headers } });
      const { ok, status, headers } = response;
      answer = { ok, status, headers, text: await response.text() };
    } catch (error) {
      if (attempt === MOST_ATTEMPTS)
        throw new Error(
          `${new URL(url).origin} cannot be reached: ${error.cause?.message || error.cause?.code || error.message}\n${REPEAT}`,
        );
    }
    if (answer?.ok) return answer;
    if (answer && answer.status !== 429 && answer.status < 500) throw new Error(explain(answer));
    if (answer && attempt === MOST_ATTEMPTS) throw new Error(`${explain(answer)}\n${REPEAT}`);
    await pause(delayOf(answer, attempt));
  }
}

/** Milliseconds to wait: what Retry-After asks for, in seconds or as a time, or twice as long each time. */
function delayOf(answer, attempt) {
  const value = answer?.headers.get('retry-after') ?? '';
  if (/^\d+$/.test(value)) return 1000 * Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? 1000 * 2 ** (attempt - 1) : Math.max(0, at - Date.now());
}

/** What the API says of a request that it does not take. */
function explain({ status, text }) {
  try {
    const { code, message, details = [] } = JSON.parse(text).error;
    return [`${status} ${code}: ${message}`, ...details.map((one) => `  ${one.target}: ${one.message}`)].join('\n');
  } catch {
    return `${status}: this is not an answer of the service. Check MFA_URL. ${text}`;
  }
}
