/** What the log said during an outage. */
export interface Causes {
  /** Takes a line of a part. */
  read(part: string, line: string): void;
  /** Lines with an error that name the cause of the outage. */
  readonly named: number;
  /** Errors without a text, such as `AggregateError`. */
  readonly nameless: readonly string[];
}

/** Reads the log of the app for lines with errors. @param cause what a line says that names the outage */
export function causesOf(cause: RegExp): Causes {
  let named = 0;
  const nameless: string[] = [];
  return {
    read: (part, line) => {
      if (part !== 'host') return;
      const error = /"error":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
      const isGraph = line.includes('"step":"graph"');
      if (error === undefined && !isGraph) return;
      if (error !== undefined && /^\w*:?\s*$/.test(error)) nameless.push(line);
      if (cause.test(isGraph ? line.slice(line.indexOf('{')) : (error ?? ''))) named++;
    },
    get named() {
      return named;
    },
    nameless,
  };
}
