import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GraphControl, graphControl } from '../../local/graph/control.ts';
import { DEFAULT_AUDIENCE } from '../../local/graph/issuer/accessToken.ts';
import { roles } from '../../shared/http/caller.ts';
import type { OperationBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

/** Characters that parsers of lines, JSON, XML and addresses treat in a special way, and halves of surrogate pairs. */
const SPECIAL =
  '\u0000\u0001\t\n\u000b\r\u001b\u007f\u0080\u0085\u009f\u00a0\u00ad\u061c\u200b\u2028\u2029\u202e\ufeff\ufdd0\ufffd\ufffe\uffff\u{1fffe}\u{e0001}\ud800\udc00"\'\\/%<>&?#;,=+@';
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', ...SPECIAL), minLength: 1, maxLength: 12 }),
);

let parts: Parts;
let app: App;
let control: GraphControl;

beforeAll(async () => {
  parts = await startParts({ users: 200 });
  control = graphControl(parts.graph.url);
  app = await startApp(parts, { API_AUTH: 'entra', API_AUDIENCE: DEFAULT_AUDIENCE, API_AUTHORITY: parts.graph.url });
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

type Body = OperationBody & { readonly reason: string };

const bearer = async (name: string): Promise<Record<string, string>> => ({
  Authorization: `Bearer ${await control.token({ roles: [...roles], upn: 'ada@contoso.com', name })}`,
});

it('any text in any place is stored exactly or refused, and never makes the service fail', async () => {
  const known = parts.people.take(3).map(({ id }) => id);
  const accepted: { id: string; reason: string }[] = [];
  const headers = await bearer('Ada');

  async function send(method: string, path: string, body?: object | string, more = {}): Promise<Body> {
    const reply = await app.call<Body>(method, path, body, { ...headers, ...more });
    expect(reply.status, `${method} ${path} ${JSON.stringify(reply.body)}`).toBeLessThan(500);
    if (reply.status === 202) accepted.push({ id: reply.body.id, reason: reply.body.reason });
    return reply.body;
  }

  await fc.assert(
    fc.asyncProperty(text, text, text, async (one, two, three) => {
      const query = (values: Record<string, string>): string => String(new URLSearchParams(values));
      const segment = encodeURIComponent(two.replace(/\p{Cs}/gu, ''));
      const dryRun = { state: 'enabled', users: [...known, one, two, `"${three}" <x@contoso.com>`], dryRun: true };
      const csv = { 'Content-Type': 'text/csv' };
      await Promise.all([
        send('POST', 'state-changes', { ...dryRun, dryRun: false, reason: `a ${one}` }, await bearer(`b ${three}`)),
        send('POST', 'state-changes', { ...dryRun, reason: three }),
        send('POST', 'state-changes', { ...dryRun, reason: 'a', [one]: two }),
        send(
          'POST',
          `state-changes/csv?${query({ state: 'enabled', dryRun: 'true', reason: `a ${two}` })}`,
          `user,b\n${known.join('\n')}\n${one}\n"${three}"\n`,
          csv,
        ),
        send(
          'POST',
          `state-changes/csv?${query({ state: one, reason: 'a', column: three })}`,
          `${three}\n${known.join('\n')}`,
          csv,
        ),
        send('GET', `audit?${query({ user: one })}`),
        send('GET', `audit?${query({ actor: two, page: three })}`),
        send('GET', `audit?${query({ fromDateTime: one, operation: two, event: three })}`),
        send('GET', `users?${query({ state: one, page: two })}`),
        send('GET', `operations?${query({ page: one })}`),
        send('GET', `operations/${segment}`),
        send('GET', `operations/${segment}/items?${query({ status: one })}`),
        send('GET', `users/${segment}/mfa-state`),
      ]);
    }),
    {
      numRuns: 25,
      examples: [
        ['\u2028', '\u2029', '\ud800'],
        ['\uffff', '\u0000', '\u0085'],
        ['x\u2028', 'y\ufffe', 'z\udc00'],
      ],
    },
  );

  expect(accepted.length).toBeGreaterThan(10);
  for (const { id, reason } of accepted) {
    const ended = await waitUntil(async () => {
      const body = await send('GET', `operations/${id}`);
      return body.finishedDateTime !== null && body;
    }, `operation ${id} has finished`);
    expect(ended.reason).toBe(reason);
    expect(ended.counts.pending).toBe(0);
    await send('GET', `operations/${id}/items`);
    await send('GET', `audit/export?operation=${id}`);
  }
});
