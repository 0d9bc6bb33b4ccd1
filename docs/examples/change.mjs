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
const [state, reason, ...users] = process.argv.slice(2);
const { MFA_URL = '', MFA_ACCESS_TOKEN, OPERATION_ID = randomUUID() } = process.env;
const authorization = MFA_ACCESS_TOKEN ? { Authorization: `Bearer ${MFA_ACCESS_TOKEN}` } : {};

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function run() {
  if (users.length === 0) throw new Error('Usage: node change.mjs STATE REASON USER...');
  if (!URL.canParse(MFA_URL)) throw new Error('Set MFA_URL to the address of the API, with /api.');
  if (MFA_ACCESS_TOKEN && !/^https:|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(MFA_URL))
    throw new Error('Use https: on the way to MFA_URL others could read the access token.');

  let response = await call(`${MFA_URL}/state-changes`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Operation-Id': OPERATION_ID },
    body: JSON.stringify({ state, reason, users }),
  });
  while (response.status === 202) {
    await pause(delayOf(response, 2));
    response = await call(response.headers.get('location'));
  }

  const operation = await response.json();
  console.log(operation.status, operation.counts);
  for (const status of ['refused', 'failed']) {
    let next = `${MFA_URL}/operations/${operation.id}/items?status=${status}`;
    while (next) {
      const { value, nextLink } = await (await call(next)).json();
      for (const { reference, outcome, detail } of value) console.log(reference, outcome, detail.code, detail.message);
      next = nextLink;
    }
  }
  return operation.status === 'Succeeded' ? 0 : 2;
}

/** Calls the API. What passes by itself is tried again, which is safe, as an operation has its id. */
async function call(url, init = {}) {
  for (let attempt = 1; ; attempt++) {
    let response;
    try {
      const signal = AbortSignal.timeout(100_000);
      response = await fetch(url, { ...init, signal, headers: { ...authorization, ...init.headers } });
    } catch (error) {
      if (attempt === MOST_ATTEMPTS)
        throw new Error(
          `${new URL(url).origin} cannot be reached: ${error.cause?.message || error.cause?.code || error.message}`,
        );
    }
    if (response?.ok) return response;
    const isOver = response && response.status !== 429 && response.status < 500;
    if (response && (isOver || attempt === MOST_ATTEMPTS)) throw new Error(explain(response, await response.text()));
    await response?.body?.cancel();
    await pause(delayOf(response, attempt));
  }
}

/** Milliseconds to wait: what Retry-After asks for, in seconds or as a time, or twice as long each time. */
function delayOf(response, attempt) {
  const value = response?.headers.get('retry-after') ?? '';
  if (/^\d+$/.test(value)) return 1000 * Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? 1000 * 2 ** (attempt - 1) : Math.max(0, at - Date.now());
}

/** What the API says of a request that it does not take. */
function explain({ status }, text) {
  try {
    const { code, message, details = [] } = JSON.parse(text).error;
    return [`${status} ${code}: ${message}`, ...details.map((one) => `  ${one.target}: ${one.message}`)].join('\n');
  } catch {
    return `${status}: this is not an answer of the service. Check MFA_URL. ${text}`;
  }
}
