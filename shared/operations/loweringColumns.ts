import { z } from 'zod';
import { MAX_PRIVILEGED } from '../domain/assessment.ts';
import type { Resolution } from '../domain/referencePage.ts';
import { textOf } from '../tables/columns.ts';
import type { StoredRow } from '../tables/rows.ts';

/** What a planned page would lower. */
export interface Lowering {
  /** The number of users whose state the change lowers. */
  readonly lowered: number;
  /** Object ids of the privileged accounts among them. */
  readonly privileged: readonly string[];
}

/** Small columns of a planned page, so that its users are counted without reading the page. */
export const LOWERING_COLUMNS = ['lowered', 'privileged'] as const;

export function loweringColumns({ references }: Resolution) {
  const privileged = references.flatMap(({ id, lowers, privileged }) =>
    lowers && privileged && id !== undefined ? id : [],
  );
  return {
    lowered: references.filter(({ lowers }) => lowers).length,
    privileged: JSON.stringify(privileged.slice(0, MAX_PRIVILEGED)),
  };
}

export function readLowering(row: StoredRow): Lowering {
  return {
    lowered: typeof row.lowered === 'number' ? row.lowered : 0,
    privileged: z.array(z.string()).parse(JSON.parse(textOf(row, 'privileged') || '[]')),
  };
}
