import { type Operation, operationSchema } from '../domain/operation.ts';
import type { ReferencePage } from '../domain/referencePage.ts';
import { isObjectId } from '../domain/userReference.ts';
import type { StoredRow } from '../tables/rows.ts';
import { fromSplitText, toSplitText } from '../tables/splitText.ts';

/** The row key of an operation's header. */
export const HEADER = 'header';

export type PageKind = 'references' | 'resolution';
export const pageKey = (kind: PageKind, page: number): string => `${kind}-${String(page).padStart(5, '0')}`;
export const FIRST_PAGE = pageKey('references', 0);

/** An operation as format 1 stores it: the rank is called `place`. */
const storedOperationSchema = operationSchema
  .omit({ rank: true })
  .extend({ place: operationSchema.shape.rank })
  .transform(({ place, ...operation }): Operation => ({ ...operation, rank: place }));

export function headerRow({ rank, ...operation }: Operation) {
  return { partitionKey: operation.id, rowKey: HEADER, ...toSplitText('operation', { ...operation, place: rank }) };
}

export function readHeader(row: StoredRow): Operation {
  return storedOperationSchema.parse(fromSplitText('operation', row));
}

export function referencesRow(id: string, page: number, references: ReferencePage) {
  return {
    partitionKey: id,
    rowKey: pageKey('references', page),
    count: references.references.length,
    objectIds: references.references.filter(isObjectId).length,
    ...toSplitText('page', references),
  };
}
