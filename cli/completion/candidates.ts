import type { Command, Option } from 'commander';

/**
 * The possible next words of a command line: subcommands, options, or values of an option.
 * @param words the words after the program name; the user is typing the last one, which may be empty
 */
export function candidates(program: Command, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? '';
  let command = program;
  let expecting: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (expecting !== undefined) expecting = undefined;
    else if (word.startsWith('-')) expecting = takingValue(command, word);
    else command = command.commands.find((child) => child.name() === word) ?? command;
  }
  if (expecting !== undefined) return startingWith(expecting.argChoices ?? [], typed);
  const inline = /^(--[\w-]+)=(.*)$/.exec(typed);
  if (inline !== null) {
    const [, name = '', value = ''] = inline;
    return startingWith(takingValue(command, name)?.argChoices ?? [], value).map((choice) => `${name}=${choice}`);
  }
  if (typed.startsWith('-')) return startingWith([...optionsOf(command), '--help'], typed);
  const names = command.commands.filter((child) => !isHidden(child)).map((child) => child.name());
  return startingWith(names, typed);
}

/** The command that completion scripts call. Help does not list it. */
export const COMPLETE_COMMAND = '__complete';

function isHidden(command: Command): boolean {
  return command.name() === COMPLETE_COMMAND;
}

function takingValue(command: Command, word: string): Option | undefined {
  return command.options.find(
    ({ short, long, required, optional }) => (short === word || long === word) && (required || optional),
  );
}

function optionsOf(command: Command): string[] {
  return command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : []));
}

function startingWith(all: readonly string[], beginning: string): string[] {
  return all.filter((one) => one.startsWith(beginning)).toSorted();
}
