/** Levels of the Functions host, from the most to the least talkative. */
export const LOG_LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes one line per event: time, level, who, what. */
export interface HostLog {
  host(level: LogLevel, message: string): void;
  /** An event of one invocation; `message` of the app itself when `user` is set. */
  invocation(level: LogLevel, functionName: string, invocationId: string, message: string, user?: boolean): void;
}

export interface HostLogOptions {
  readonly write: (line: string) => void;
  readonly now: () => Date;
  /** `logging.logLevel` of host.json: category, in lower case, to lowest level. */
  readonly levels: Readonly<Record<string, LogLevel>>;
  /** Errors only. */
  readonly quiet: boolean;
}

/** A log that leaves out what host.json (or quiet) does not want to see. */
export function createHostLog(options: HostLogOptions): HostLog {
  const write = (level: LogLevel, category: string, who: string, message: string): void => {
    const lowest = options.quiet ? 'error' : lowestLevel(options.levels, category);
    if (rank(level) < rank(lowest) || lowest === 'none') return;
    options.write(`${options.now().toISOString()} ${level.padEnd(11)} ${who}${oneLine(message)}`);
  };
  return {
    host: (level, message) => write(level, 'Host', '', message),
    invocation: (level, functionName, invocationId, message, user = false) =>
      write(
        level,
        `Function.${functionName}${user ? '.User' : ''}`,
        `${functionName} ${invocationId}${user ? ' | ' : ' '}`,
        message,
      ),
  };
}

/** The longest category that is named decides: `Function.x.User`, `Function.x`, `Function`, then `default`. */
function lowestLevel(levels: Readonly<Record<string, LogLevel>>, category: string): LogLevel {
  for (let name = category.toLowerCase(); name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const level = levels[name];
    if (level !== undefined) return level;
  }
  return levels.default ?? 'information';
}

function rank(level: LogLevel): number {
  return LOG_LEVELS.indexOf(level);
}

function oneLine(message: string): string {
  return message.trimEnd().replaceAll(/\s*\r?\n\s*/g, ' | ');
}
