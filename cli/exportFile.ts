import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { exportFormats } from '../shared/http/auditExport.ts';
import { Failure } from './failure.ts';
import type { HttpResponse } from './httpMessage.ts';
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
 * Writes the parts of an export in order, each as it arrives. A file and a pipe get exactly what the service sends; on a
 * terminal, hidden characters are made visible.
 * @param path of the first part
 * @param file standard output when missing
 */
export async function saveExport(
  path: string,
  format: ExportFormat,
  file: string | undefined,
  { api }: Session,
): Promise<number> {
  const target = file === undefined ? process.stdout : await openFile(file);
  const shown = target === process.stdout && process.stdout.isTTY ? shownOn[format] : undefined;
  for (let next: string | undefined = path; next !== undefined; ) {
    const response: HttpResponse = await api.stream(next);
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      const part = shown === undefined ? bytes : shown(decoder.decode(bytes, { stream: true }));
      if (!target.write(part)) await once(target, 'drain');
    }
    next = /<([^>]+)>; *rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  if (target !== process.stdout) {
    target.end();
    await once(target, 'finish');
  }
  return 0;
}

/** How the formats of exports are shown on a terminal. */
const shownOn: Readonly<Record<ExportFormat, (text: string) => string>> = { csv: visible, ndjson: escapedJson };

async function openFile(file: string): Promise<WriteStream> {
  const stream = createWriteStream(file);
  try {
    await once(stream, 'open');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    throw new Failure('FileNotWritten', `The file ${file} cannot be written (${code}).`, { cause });
  }
  return stream;
}
