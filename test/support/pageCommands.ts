/** A command that a page shows, and what it says that comes out. */
export interface PageCommand {
  readonly page: string;
  readonly command: string;
  /** The lines of the block `text` right after the command's block; undefined without one. */
  readonly expected: readonly string[] | undefined;
}

/**
 * The commands of a page in their order: each line of a block `sh`, without comments. A block `text` that follows with
 * nothing between is what the last command of the block before it prints.
 */
export function pageCommands(page: string, text: string): PageCommand[] {
  const blocks = /^```sh\n(?<commands>.*?)^```\n(?:\n```text\n(?<output>.*?)^```$)?/gms;
  return [...text.matchAll(blocks)].flatMap(({ groups }) => {
    const commands = (groups?.commands ?? '')
      .split('\n')
      .map((line) => line.replace(/(?:^|\s+)# .*$/, '').trim())
      .filter((line) => line !== '');
    const expected = groups?.output?.trimEnd().split('\n');
    return commands.map((command, index) => ({
      page,
      command,
      expected: index === commands.length - 1 ? expected : undefined,
    }));
  });
}

/** The words of a command line, as a shell splits them. */
export function wordsOf(command: string): string[] {
  return (command.match(/(?:"[^"]*"|\S)+/g) ?? []).map((word) => word.replaceAll('"', ''));
}
