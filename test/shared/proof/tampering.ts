import { randomUUID } from 'node:crypto';
import type { TableClient } from '@azure/data-tables';
import type { ContainerClient } from '@azure/storage-blob';
import { type AuditEntry, auditEntrySchema, entryKey, invertTime, laneOfEntry } from '../../../shared/audit/entry.ts';
import { contentColumns } from '../../../shared/proof/rowHash.ts';
import type { Finding } from '../../../shared/proof/verify/finding.ts';
import type { StoredRow } from '../../../shared/tables/rows.ts';
import { fromSplitText, toSplitText } from '../../../shared/tables/splitText.ts';
import { auditEntry } from '../../support/auditEntries.ts';
import { rowsOf } from './proof.ts';

export type TableName = 'audit' | 'auditByTime';
type Row = Readonly<Record<string, unknown>> & { readonly partitionKey: string; readonly rowKey: string };

/** A change of the record, its way back, and whether a finding names it. */
export interface Tampering {
  readonly name: string;
  readonly make: () => Promise<unknown>;
  readonly restore: () => Promise<unknown>;
  readonly isNamed: (finding: Finding) => boolean;
}

/** A sealed row by time with its copies by user. */
export interface Unit {
  readonly auditByTime: Row;
  readonly audit: readonly Row[];
}

/** Rewrites a record of which it knows the sealed rows. */
export class Rewriter {
  readonly #tables: Readonly<Record<TableName, TableClient>>;
  readonly #digests: ContainerClient;
  readonly units: readonly Unit[];

  private constructor(tables: Rewriter['tables'], digests: ContainerClient, units: readonly Unit[]) {
    this.#tables = tables;
    this.#digests = digests;
    this.units = units;
  }

  get tables(): Readonly<Record<TableName, TableClient>> {
    return this.#tables;
  }

  /** @param isSealed whether a row by time is in a digest that stays as it is */
  static async of(
    tables: Rewriter['tables'],
    digests: ContainerClient,
    isSealed: (recordedAt: string) => boolean,
  ): Promise<Rewriter> {
    const copies = new Map((await rowsOf(tables.audit)).map((row) => [row.rowKey, asRow(row)]));
    const units = (await rowsOf(tables.auditByTime))
      .filter(({ recordedAt }) => isSealed(String(recordedAt)))
      .map((row) => ({
        auditByTime: asRow(row),
        audit: entriesOf(row).map((entry) => copies.get(entryKey(entry)) as Row),
      }));
    return new Rewriter(tables, digests, units);
  }

  /** Something else in a row: a letter of its content, more columns, or another time of recording. */
  change(table: TableName, unit: Unit, how: number): Tampering {
    const row = rowOf(table, unit);
    const column = table === 'audit' ? 'entry0' : 'entries0';
    const text = String(row[column]);
    const changes: readonly Record<string, unknown>[] = [
      { [column]: text.replace('a test', 'a tesT') },
      { [column]: text.replace('"to":"enabled"', '"to":"disabled"') },
      { [column]: text.replace('ada@contoso.com', 'eve@contoso.com') },
      { [column]: '[{' },
      { [`${column}x`]: 'more' },
      table === 'audit' ? { entry1: ' ' } : { recordedAt: new Date().toISOString() },
      table === 'audit' ? { entry0: `{"note":1,${text.slice(1)}` } : { recordedAt: '2001-01-01T00:00:00.000Z' },
    ];
    return {
      name: `change ${how % changes.length} of ${table} ${row.rowKey}`,
      make: () => this.#put(table, { ...row, ...changes[how % changes.length] }),
      restore: () => this.#put(table, row),
      isNamed: names(table, row),
    };
  }

  remove(table: TableName, unit: Unit): Tampering {
    const row = rowOf(table, unit);
    return {
      name: `remove ${table} ${row.rowKey}`,
      make: () => this.#tables[table].deleteEntity(row.partitionKey, row.rowKey),
      restore: () => this.#put(table, row),
      isNamed: names(table, row),
    };
  }

  /** A row in one or both tables that is recorded when the row of a unit was, at about its time or long before. */
  add(where: 'both' | TableName, { auditByTime: { recordedAt, rowKey } }: Unit, number: number): Tampering {
    const time = 999_999_999_999_999 - Number(rowKey.slice(0, 15)) - 1 - number * 3_600_000;
    const entry = auditEntry(new Date(time).toISOString(), { reason: 'forged' });
    const copy: Row = { partitionKey: laneOfEntry(entry), rowKey: entryKey(entry), ...toSplitText('entry', entry) };
    const original: Row = {
      partitionKey: entry.at.slice(0, 10),
      rowKey: `${invertTime(entry.at)}_${randomUUID()}_000`,
      recordedAt,
      ...toSplitText('entries', [entry]),
    };
    const all: readonly [TableName, Row][] = [
      ['audit', copy],
      ['auditByTime', original],
    ];
    const forged = all.filter(([table]) => where === 'both' || where === table);
    return {
      name: `add to ${where}, ${number} h before`,
      make: () => Promise.all(forged.map(([table, row]) => this.#put(table, row))),
      restore: () =>
        Promise.all(forged.map(([table, row]) => this.#tables[table].deleteEntity(row.partitionKey, row.rowKey))),
      isNamed: names(where === 'audit' ? 'audit' : 'auditByTime', where === 'audit' ? copy : original),
    };
  }

  /** The contents of two rows, each under the keys of the other. */
  swap(table: TableName, unit: Unit, other: Unit): Tampering {
    const [one, two] = [rowOf(table, unit), rowOf(table, other)];
    const keys = ({ partitionKey, rowKey }: Row) => ({ partitionKey, rowKey });
    return {
      name: `swap ${table} ${one.rowKey} and ${two.rowKey}`,
      make: () => Promise.all([this.#put(table, { ...two, ...keys(one) }), this.#put(table, { ...one, ...keys(two) })]),
      restore: () => Promise.all([this.#put(table, one), this.#put(table, two)]),
      isNamed: names(table, one),
    };
  }

  /** A digest that is removed, or replaced by one in the right form or not. */
  digest(hour: string, how: number): Tampering {
    const name = `${hour.slice(0, 13).replaceAll('-', '/').replace('T', '/')}.json`;
    let before = '';
    const upload = (text: string) => this.#digests.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
    const changes = [
      () => this.#digests.deleteBlob(name),
      () => upload(before.replace(/"sha256":"./, (found) => (found.endsWith('e') ? '"sha256":"f' : '"sha256":"e'))),
      () => upload(`${before} `),
      () => upload(`{"version":1,"hour":"${hour}","previous":null,"rows":[\n]}\n`),
      () => upload(before.replace(hour, '2026-01-01T00:00:00.000Z')),
    ];
    return {
      name: `digest ${how % changes.length} of ${name}`,
      make: async () => {
        before = (await this.#digests.getBlobClient(name).downloadToBuffer()).toString();
        await changes[how % changes.length]?.();
      },
      restore: () => upload(before),
      isNamed: (finding) => finding.kind.startsWith('digest') && finding.hour === hour,
    };
  }

  async #put(table: TableName, row: Row): Promise<void> {
    await this.#tables[table].upsertEntity(row, 'Replace');
  }
}

/** A row as it is written back. */
function asRow(row: StoredRow): Row {
  return {
    ...Object.fromEntries(contentColumns(row)),
    partitionKey: String(row.partitionKey),
    rowKey: row.rowKey,
  };
}

function entriesOf(row: StoredRow): AuditEntry[] {
  return auditEntrySchema.array().parse(fromSplitText('entries', row));
}

function rowOf(table: TableName, unit: Unit): Row {
  return table === 'audit' ? (unit.audit[0] as Row) : unit.auditByTime;
}

function names(table: TableName, row: Row): Tampering['isNamed'] {
  return (finding) =>
    finding.table === table && finding.partitionKey === row.partitionKey && finding.rowKey === row.rowKey;
}
