import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { mfa } from './mfa.ts';

const PARTS = ['a,b\r\n', '1,2\r\n', '3,ü\r\n'];

/** Requests for parts, by position, and how many of them break off amid the answer. */
let asked: number[] = [];
let breaks = { part: 0, times: 0 };
let url: string;
let folder: string;

const server = createServer(({ url: path = '' }, response) => {
  const part = Number(new URL(path, url).searchParams.get('page') ?? 0);
  asked.push(part);
  const next = part + 1 < PARTS.length ? { Link: `<${url}/audit/export?page=${part + 1}>; rel="next"` } : {};
  const body = Buffer.from(PARTS[part] ?? '');
  response.writeHead(200, { 'Content-Type': 'text/csv', 'Content-Length': body.length, ...next });
  if (part === breaks.part && breaks.times-- > 0) response.write(body.subarray(0, 2), () => response.destroy());
  else response.end(body);
});

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/api`;
  folder = mkdtempSync(join(tmpdir(), 'export-'));
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

it('an export reads a part again when the connection breaks, and writes each part once', async () => {
  breaks = { part: 1, times: 2 };
  const file = join(folder, 'again.csv');
  const ran = await mfa(['audit', '--output', file], { env: { MFA_URL: url } });
  expect(ran).toMatchObject({ code: 0, out: '' });
  expect(asked).toEqual([0, 1, 1, 1, 2]);
  expect(readFileSync(file, 'utf8')).toBe(PARTS.join(''));
  breaks = { part: 2, times: 1 };
  expect(await mfa(['audit', '--export', 'csv'], { env: { MFA_URL: url } })).toMatchObject({ out: PARTS.join('') });
});

it('an export that broke off is continued by the same command, and begun again by another', async () => {
  const file = join(folder, 'later.csv');
  for (const args of [[], ['--event', 'stateChanged']]) {
    breaks = { part: 2, times: 5 };
    const ran = await mfa(['audit', '--output', file, ...args], { env: { MFA_URL: url } });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('(ExportBrokeOff)') });
    expect(existsSync(file)).toBe(false);
    expect(asked[0]).toBe(0);
    asked = [];
  }
  const ran = await mfa(['audit', '--output', file, '--event', 'stateChanged'], { env: { MFA_URL: url } });
  expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('Continuing the export') });
  expect(asked).toEqual([2]);
  expect(readFileSync(file, 'utf8')).toBe(PARTS.join(''));
  expect(existsSync(`${file}.partial`) || existsSync(`${file}.partial.json`)).toBe(false);
});
