import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditStore } from '../../shared/audit/auditStore.ts';
import type { AuditDigestView } from '../../shared/http/auditDigestList.ts';
import type { AuditVerificationView } from '../../shared/http/auditVerification.ts';
import { hourOf, hoursAfter } from '../../shared/proof/hours.ts';
import { sha256 } from '../../shared/proof/rowHash.ts';
import { mfa } from '../cli/mfa.ts';
import { HOUR_MS, rowsOf, sealAll } from '../shared/proof/proof.ts';
import { type App, startApp } from '../support/app.ts';
import { auditEntry } from '../support/auditEntries.ts';
import { contractFaults } from '../support/contract.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

let parts: Parts;
let app: App;
/** The first hour with a digest, and an entry of the hour after it. */
let first: string;
const entry = () => auditEntry(hoursAfter(first, 1), { reference: 'carol@contoso.com' });

beforeAll(async () => {
  parts = await startParts({ users: 20 });
  app = await startApp(parts);
  const deps = parts.worker();
  first = hoursAfter(hourOf(deps.now()), -5);
  await sealAll({ ...deps, now: () => Date.parse(first) + 1.5 * HOUR_MS });
  await new AuditStore(deps.open, () => Date.parse(first) + 1.6 * HOUR_MS).record('batch', [entry()]);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

async function verification(): Promise<AuditVerificationView> {
  const { status, body } = await app.get<AuditVerificationView>('audit/verification');
  expect(contractFaults('GET', 'audit/verification', status, body)).toEqual([]);
  return body;
}

it('is made by the timer, and verified by the API and the command line', async () => {
  const started = await fetch(`${app.url.replace(/\/api$/, '')}/admin/functions/sealAudit`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(started.status).toBe(202);
  const line = await waitUntil(
    () => app.lines.find((one) => one.includes('{"step":"sealAudit"')),
    'the record is sealed',
  );
  const { status, body } = await app.get<{ value: AuditDigestView[] }>('audit/digests');
  expect(contractFaults('GET', 'audit/digests', status, body)).toEqual([]);
  expect(body.value[0]).toMatchObject({ digestDateTime: first, previousSha256: null, rows: 0 });
  expect(body.value[1]).toMatchObject({ previousSha256: body.value[0]?.sha256, rows: 1, entries: 1 });
  expect(line).toContain(`"sha256":"${body.value.at(-1)?.sha256}"`);
  expect(body.value[1]?.sha256).toBe(sha256(String(await parts.worker().digests.read(hoursAfter(first, 1)))));

  const intact = { value: [], sealedFromDateTime: first, rows: 1, copies: 1, rowsBeforeProof: 0 };
  expect(await verification()).toMatchObject(intact);
  const shown = await mfa(['audit', 'verify', '--url', app.url]);
  expect(shown).toMatchObject({ code: 0, err: '' });
  expect(shown.out).toContain('Nothing was changed, removed or added.');
  const listed = await mfa(['audit', 'digests', '--json', '--url', app.url]);
  expect(JSON.parse(listed.out)).toEqual(body.value);
});

it('names a changed row to the API and to the command line, which then fails', async () => {
  const table = await parts.worker().open('auditByTime');
  const [row] = await rowsOf(table);
  const [partitionKey, rowKey] = [String(row?.partitionKey), String(row?.rowKey)];
  const forged = String(row?.entries0).replace('carol@contoso.com', 'eve@contoso.com');
  await table.updateEntity({ partitionKey, rowKey, entries0: forged }, 'Merge');
  const place = { kind: 'changed', table: 'auditByTime', partitionKey, rowKey };
  const { value } = await verification();
  expect(value).toMatchObject([
    { ...place, digestDateTime: hoursAfter(first, 1), entries: [{ reference: 'eve@contoso.com' }] },
  ]);
  const shown = await mfa(['audit', 'verify', '--url', app.url]);
  expect(shown.code).toBe(1);
  expect(shown.out).toContain('Found: 1');
  const json = await mfa(['audit', 'verify', '--json', '--from', first, '--url', app.url]);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out).value).toMatchObject([place]);
  const other = await mfa([
    'audit',
    'verify',
    '--json',
    '--to',
    '2020-01-01',
    '--from',
    '2020-01-01',
    '--url',
    app.url,
  ]);
  expect(other.code).toBe(0);
});
