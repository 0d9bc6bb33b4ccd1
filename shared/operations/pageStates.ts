import type { OperationStore } from './operationStore.ts';

/** How far one page of references is. */
export interface PageState {
  readonly isStored: boolean;
  readonly isPlanned: boolean;
  /** Users to be changed that are in no chunk yet. */
  readonly missingInChunks: number;
  /** Users in chunks without an outcome. */
  readonly open: number;
}

const UNKNOWN: PageState = { isStored: false, isPlanned: false, missingInChunks: 0, open: 0 };

/** How far the pages of an operation are, by page number. A page without any row is missing. */
export async function readPageStates(id: string, operations: OperationStore): Promise<ReadonlyMap<number, PageState>> {
  const states = new Map<number, PageState>();
  const change = (page: number, by: (state: PageState) => PageState): void => {
    states.set(page, by(states.get(page) ?? UNKNOWN));
  };
  for await (const { key, count, outcomes } of operations.progressRows(id)) {
    const [kind, number] = key.split('-');
    const page = Number(number);
    const open = count - outcomes.length;
    if (kind === 'references') change(page, (state) => ({ ...state, isStored: true }));
    if (kind === 'resolution')
      change(page, (state) => ({ ...state, isPlanned: true, missingInChunks: state.missingInChunks + open }));
    if (kind === 'chunk')
      change(page, (state) => ({
        ...state,
        missingInChunks: state.missingInChunks - count,
        open: state.open + open,
      }));
  }
  return states;
}
