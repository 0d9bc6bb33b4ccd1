import type { Api } from './api.ts';
import { Failure } from './failure.ts';
import type { HttpResponse } from './httpMessage.ts';

/** A part of an export, a few megabytes. */
export interface ExportPart {
  readonly bytes: Uint8Array;
  /** The address of the part after it; undefined for the last part. */
  readonly next: string | undefined;
}

/** How often a part is requested when the connection breaks while it is read. */
const ATTEMPTS = 5;

/**
 * The parts of an export from an address on. A part is given when it has arrived as a whole, so that what was written of a
 * file never ends within a part.
 * @throws Failure when a part does not arrive
 */
export async function* exportParts(api: Pick<Api, 'stream'>, first: string): AsyncGenerator<ExportPart> {
  for (let next: string | undefined = first; next !== undefined; ) {
    const part: ExportPart = await readPart(api, next);
    yield part;
    next = part.next;
  }
}

async function readPart(api: Pick<Api, 'stream'>, address: string): Promise<ExportPart> {
  for (let attempt = 1; ; attempt++) {
    const response = await api.stream(address);
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) chunks.push(chunk);
      return { bytes: Buffer.concat(chunks), next: nextOf(response) };
    } catch (cause) {
      if (attempt === ATTEMPTS)
        throw new Failure('ExportBrokeOff', 'The connection broke while the export was read. Run the command again.', {
          cause,
        });
    }
  }
}

function nextOf({ headers }: HttpResponse): string | undefined {
  return /<([^>]+)>; *rel="next"/.exec(headers.get('link') ?? '')?.[1];
}
