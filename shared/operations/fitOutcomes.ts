import type { Outcome } from '../domain/outcome.ts';
import type { Resolution } from '../domain/referencePage.ts';
import { cutJsonText } from '../tables/cutText.ts';
import { jsonBytes, MAX_JSON_BYTES } from '../tables/sizes.ts';

/** The longest text of an outcome of a chunk, in JSON: three texts for 80 users fit into a row. */
const LONGEST_TEXT = 1_000;
/** Shorter and shorter texts of the outcomes of a page. With the last one, 999 outcomes fit into a row. */
const SHORTER = [LONGEST_TEXT, 500, 250, 100, 20];

/** An outcome with texts of limited length: Graph and Service Bus may send longer ones than a row takes. */
export function fitOutcome(outcome: Outcome, maxLength = LONGEST_TEXT): Outcome {
  const { code, message, requestId } = outcome;
  return {
    ...outcome,
    ...(code === undefined ? {} : { code: cutJsonText(code, maxLength) }),
    ...(message === undefined ? {} : { message: cutJsonText(message, maxLength) }),
    ...(requestId === undefined ? {} : { requestId: cutJsonText(requestId, maxLength) }),
  };
}

/** The decision about a page, with texts as short as a row needs. */
export function fitResolution(resolution: Resolution): Resolution {
  let fitting = resolution;
  for (const maxLength of SHORTER) {
    if (jsonBytes(fitting) <= MAX_JSON_BYTES) return fitting;
    fitting = {
      ...resolution,
      references: resolution.references.map(({ outcome, ...reference }) =>
        outcome === undefined ? reference : { ...reference, outcome: fitOutcome(outcome, maxLength) },
      ),
    };
  }
  return fitting;
}
