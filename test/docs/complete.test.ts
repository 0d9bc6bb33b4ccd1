import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { auditEvents } from '../../shared/audit/entry.ts';
import { settingNames } from '../../shared/config.ts';
import { routes } from '../../shared/contract/routes.ts';
import { outcomeKinds } from '../../shared/domain/outcome.ts';
import { queueNames } from '../../shared/queues/queues.ts';
import { tableNames } from '../../shared/tables/tables.ts';
import { readTable } from '../infra/markdownTable.ts';
import { floors } from '../support/floors.ts';
import { codeSpans, markdownPages, projectPaths } from '../support/markdownPages.ts';

const docs = new URL('../../docs/', import.meta.url);
const textOf = (page: string): string => readFileSync(new URL(page, docs), 'utf8');
/** The cells of the first column that are not empty. */
const firstOf = (rows: readonly string[][]): string[] => rows.flatMap(([first]) => first || []);

describe('the map of the project', () => {
  const map = new URL('architecture.md', docs);

  it('has every table of the service, and no other', () => {
    expect(firstOf(readTable(map, 'table', 'partition key'))).toEqual([...tableNames]);
  });

  it('has every queue, and no other', () => {
    expect(firstOf(readTable(map, 'queue', 'session'))).toEqual(Object.values(queueNames));
  });

  it('has every folder of the product, on its floor', () => {
    const told = readTable(map, 'floor', 'folder').map(([floor, folder]) => [
      floor,
      /^shared\/(\w*)/.exec(folder ?? '')?.[1],
    ]);
    const held = floors.flatMap((folders, floor) =>
      folders.map((folder) => [String(floor + 1), folder === '.' ? '' : folder]),
    );
    expect(told).toEqual(held);
  });

  it('explains every outcome', () => {
    const text = textOf('architecture.md');
    const kinds = outcomeKinds.filter((kind) => kind !== 'pending');
    expect(kinds.filter((kind) => !text.includes(`\`${kind}\``))).toEqual([]);
  });
});

it('the guide for administrators explains every event of the audit record', () => {
  const explained = firstOf(readTable(new URL('administrators.md', docs), 'event')).flatMap((cell) => cell.split(', '));
  expect(explained.sort()).toEqual([...auditEvents].sort());
});

it('the map names every decision', () => {
  const text = textOf('architecture.md');
  const decisions = readdirSync(new URL('decisions/', docs)).map((file) => `docs/decisions/${file}`);
  expect(decisions.length).toBeGreaterThan(3);
  expect(decisions.filter((path) => !codeSpans(text).includes(path))).toEqual([]);
});

describe('somewhere in the pages', () => {
  const text = markdownPages(projectPaths())
    .map((page) => page.text)
    .join('\n');

  it('every setting is explained', () => {
    expect(settingNames.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });

  it('every endpoint is named, with its method', () => {
    const addresses = routes.map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/^\//, '')}`);
    const isNamed = (address: string): boolean => {
      const [method, path = ''] = address.split(' ');
      const pattern = path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '\\{[^}]+\\}');
      return new RegExp(`\\b${method} (/api/)?${pattern}(?![\\w/-])`).test(text);
    };
    expect(addresses.filter((address) => !isNamed(address))).toEqual([]);
  });
});
