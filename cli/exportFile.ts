import { once } from 'node:events';
import { exportFormats } from '../shared/http/auditExport.ts';
import { exportParts } from './exportParts.ts';
import { ApiFailure, Failure } from './failure.ts';
import { PartialFile } from './partialFile.ts';
import type { Session } from './session.ts';
import { escapedJson, visible } from './visible.ts';

export type ExportFormat = (typeof exportFormats)[number];

/** The export format for the extension of a file; undefined without a file. */
export function formatOf(file: string | undefined): ExportFormat | undefined {
  if (file === undefined) return undefined;
  const format = exportFormats.find((known) => file.toLowerCase().endsWith(`.${known}`));
  if (format === undefined)
    throw new Failure(
      'FormatMissing',
      `The format of ${file} is unknown. Add --export ${exportFormats.join(' or --export ')}.`,
    );
  return format;
}

/**
 * Writes the parts of an export in order, to standard output without a file. On a terminal, hidden characters are made
 * visible.
 * @param first the path of the first part
 */
export async function saveExport(
  first: string,
  format: ExportFormat,
  file: string | undefined,
  session: Session,
): Promise<number> {
  if (file === undefined) await writeToOutput(format, first, session);
  else await writeToFile(file, first, session);
  return 0;
}

/** How the formats of exports are shown on a terminal. */
const shownOn: Readonly<Record<ExportFormat, (text: string) => string>> = { csv: visible, ndjson: escapedJson };

async function writeToOutput(format: ExportFormat, first: string, { api }: Session): Promise<void> {
  const shown = process.stdout.isTTY ? shownOn[format] : undefined;
  const decoder = new TextDecoder();
  for await (const { bytes } of exportParts(api, first)) {
    const part = shown === undefined ? bytes : shown(decoder.decode(bytes, { stream: true }));
    if (!process.stdout.write(part)) await once(process.stdout, 'drain');
  }
}

/** The file gets its name when it is complete. One that broke off is continued after its last whole part. */
async function writeToFile(name: string, first: string, { api, terminal }: Session): Promise<void> {
  const file = await PartialFile.open(name, `${api.address}/${first}`);
  if (file.next !== undefined) terminal.note(`Continuing the export in ${name}.partial.`);
  const write = async (from: string): Promise<void> => {
    for await (const { bytes, next } of exportParts(api, from)) await file.add(bytes, next);
  };
  try {
    try {
      await write(file.next ?? first);
    } catch (error) {
      // The service keeps a list of users until two newer sweeps are complete.
      if (!(error instanceof ApiFailure) || error.code !== 'ListExpired') throw error;
      terminal.note(`Starting the export in ${name} again, because its list is no longer stored.`);
      await file.restart();
      await write(first);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.complete();
}
