// Sets the per-user MFA state of users, waits until it is over, and lists who needs attention. Node.js 20 or later, and
// nothing to install.
//
//   node change.mjs enabled "Onboarding 4711" alice@contoso.com bob@contoso.com
//
// MFA_URL is the address of the API, MFA_ACCESS_TOKEN the access token (see docs/automation.md).
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const [state, reason, ...users] = process.argv.slice(2);
const { MFA_URL, MFA_ACCESS_TOKEN, OPERATION_ID = randomUUID() } = process.env;
const authorization = MFA_ACCESS_TOKEN ? { Authorization: `Bearer ${MFA_ACCESS_TOKEN}` } : {};

/** Calls the API; what passes when one waits is tried again, which is safe: the operation has its id. */
async function call(url, init = {}) {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, { ...init, headers: { ...authorization, ...init.headers } });
    if (response.ok) return response;
    if (![429, 503].includes(response.status) || attempt === 5) throw new Error(await response.text());
    await pause(1000 * Number(response.headers.get('retry-after') ?? 5));
  }
}

let response = await call(`${MFA_URL}/state-changes`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'Operation-Id': OPERATION_ID },
  body: JSON.stringify({ state, reason, users }),
});
while (response.status === 202) {
  await pause(1000 * Number(response.headers.get('retry-after')));
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
process.exitCode = operation.status === 'Succeeded' ? 0 : 2;
