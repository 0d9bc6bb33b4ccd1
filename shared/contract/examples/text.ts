import { exportHeader, exportLine } from '../../http/auditExport.ts';
import { userExportHeader, userLine } from '../../http/userExport.ts';
import type { TextExample } from '../route.ts';
import { auditEntries } from './audit.ts';
import { ids, names } from './people.ts';
import { listedUsers } from './users.ts';

/** Examples of bodies that are not JSON. */
export const textExamples: Readonly<Record<TextExample, string>> = {
  usersCsv: `user,department\n${names.alice},Sales\n${ids.bob},Finance\n`,
  auditCsv: exportHeader('csv') + auditEntries.map((entry) => exportLine(entry, 'csv')).join(''),
  auditNdjson: exportHeader('ndjson') + auditEntries.map((entry) => exportLine(entry, 'ndjson')).join(''),
  listedUsersCsv: userExportHeader('csv') + listedUsers.map((user) => userLine(user, 'csv')).join(''),
  listedUsersNdjson: listedUsers.map((user) => userLine(user, 'ndjson')).join(''),
  docsHtml: '<!doctype html>\n<html lang="en">…</html>\n',
};
