// Receives the events of the service, and takes only those that it has signed, not too long ago, and once each.
//
//   MFA_WEBHOOK_SECRET=whsec_… PORT=8080 node webhook.mjs
//
// MFA_WEBHOOK_SECRET has what NOTIFY_WEBHOOK_SECRET of the service has. A receiver in the open needs HTTPS before it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const SECRET = Buffer.from((process.env.MFA_WEBHOOK_SECRET ?? '').replace(/^whsec_/, ''), 'base64');
if (SECRET.length < 24) {
  console.error('Set MFA_WEBHOOK_SECRET to the secret of the webhook.');
  process.exit(1);
}

/** An attacker may have recorded an older event. */
const TOLERANCE_SECONDS = 5 * 60;
const BODY_MAX_BYTES = 64 * 1024;
/**
 * Events come at least once, so one that is known was dealt with. Keep the ids in a database, for longer than a day.
 */
const known = new Set();

const server = createServer(async (request, response) => {
  const body = await readBody(request);
  if (body === undefined || !isGenuine(request.headers, body)) return response.writeHead(401).end();
  const event = JSON.parse(body.toString());
  if (!known.has(event.id)) {
    known.add(event.id);
    handle(event);
  }
  response.writeHead(204).end(); // anything but 2xx, and the event comes again
});

function handle({ type, data }) {
  if (type === 'per-user-mfa.operation.finished.v1')
    console.log(`The operation ${data.operationId} has finished: ${data.status}, see ${data.link}`);
  else if (type === 'per-user-mfa.stuck-users.found.v1')
    console.log(`${data.users} users are enabled and registered for long, see ${data.link}`);
  else if (type === 'per-user-mfa.changed-outside.found.v1')
    console.log(`${data.users} states were changed outside of the service, see ${data.link}`);
  else if (type === 'per-user-mfa.states.lowered.v1')
    console.log(`The operation ${data.operationId} lowered ${data.users} states, see ${data.link}`);
  else if (type === 'per-user-mfa.dead-letter.v1')
    console.log(`Work of the queue ${data.queue} was given up, see ${data.link ?? 'the log of the service'}`);
  else console.log(`An event of another kind: ${type}`); // new kinds may be added
}

/** Whether a body was signed with the secret, as Standard Webhooks has it, within the last minutes. */
function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || !/^\d{1,12}$/.test(timestamp ?? '') || !signatures) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = createHmac('sha256', SECRET).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** The body as it came, byte for byte, for that is what was signed; undefined when it is too long. */
async function readBody(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > BODY_MAX_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () =>
  console.log(`Listening on http://127.0.0.1:${server.address().port}/`),
);
