import type { ItemReport, OperationReport } from '../../local/apiClient.ts';
import { applied, item, nameOf } from './oracle/evidence.ts';

/** Two enabled users, one that was enabled before, a refused one, an unknown name, and two repetitions. */
export const sampleItems: readonly ItemReport[] = [
  applied('plain', 'disabled', 'enabled'),
  applied('eager', 'disabled', 'enabled'),
  item('ready', 'unchanged', { from: 'enabled' }),
  item('guarded', 'refused', { code: 'protectedAccount', message: 'is protected' }),
  item(null, 'failed', { code: 'userNotFound', message: 'is not there' }),
  item('plain', 'duplicate', { reference: nameOf('PLAIN') }),
  item(null, 'duplicate', { reference: nameOf('NOBODY') }),
];

/** The operation of these items, as the API reports it. */
export const sampleOperation: OperationReport = {
  id: 'op-1',
  status: 'PartiallySucceeded',
  targetState: 'enabled',
  reason: 'test',
  references: 7,
  counts: { pending: 0, applied: 2, unchanged: 1, superseded: 0, refused: 1, failed: 1, duplicate: 2 },
  finishedDateTime: '2026-05-04T10:00:01.000Z',
};
