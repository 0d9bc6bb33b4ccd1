import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DirectoryStart, openJournal } from '../graph/directory/journal.ts';
import { UsageError } from '../options.ts';
import { JOURNAL_FILE } from '../stack.ts';

/** Where Azurite keeps its tables. */
const TABLES_FILE = '__azurite_db_table__.json';

/**
 * Makes sure, before anything is started, that a data folder is new or is the one of this directory: its tables and its
 * directory must tell of the same users.
 * @throws UsageError that says what to do
 */
export function checkDataFolder(folder: string, start: DirectoryStart): void {
  const journal = join(folder, JOURNAL_FILE);
  if (existsSync(join(folder, TABLES_FILE)) && !existsSync(journal))
    throw new UsageError(
      `${folder} has tables, and no directory that they belong to: another program or an earlier version wrote them. Take another folder, or delete this one.`,
    );
  try {
    mkdirSync(folder, { recursive: true });
    openJournal(journal, start);
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
