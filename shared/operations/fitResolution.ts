import type { Resolution } from '../domain/referencePage.ts';

/** A row of Table Storage takes 1 MiB, which is 524,288 characters. The other columns need 20,000 of them. */
const MOST_CHARACTERS = 500_000;
/** Lengths of a message that are tried, the longest first. The shortest fits a page of 999 in any case. */
const LENGTHS = [400, 300, 250, 200, 150, 100];

/**
 * Shortens the messages of a decision that does not fit into one row: those of a whole page of refusals in Graph's words,
 * which are at the end of a message.
 */
export function fitResolution(resolution: Resolution): Resolution {
  if (fits(resolution)) return resolution;
  const shorter = LENGTHS.map((most) => shorten(resolution, most));
  return shorter.find(fits) ?? shorten(resolution, 0);
}

function fits(resolution: Resolution): boolean {
  return JSON.stringify(resolution).length <= MOST_CHARACTERS;
}

function shorten(resolution: Resolution, most: number): Resolution {
  const references = resolution.references.map((reference) => {
    const { outcome } = reference;
    if (outcome?.message === undefined || outcome.message.length <= most) return reference;
    return { ...reference, outcome: { ...outcome, message: `${outcome.message.slice(0, most)}…` } };
  });
  return { ...resolution, references };
}
