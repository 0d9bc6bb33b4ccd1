/** A command that a page shows, and what it says that comes out. */
export interface PageCommand {
  readonly page: string;
  readonly command: string;
  /** The lines of the block `text` right after the command's block; undefined without one. */
  readonly expected: readonly string[] | undefined;
}

/** A block of code of a page, with the lines of the block `text` that follows with nothing between. */
export interface PageBlock {
  readonly code: string;
  readonly output: readonly string[] | undefined;
}

/** The blocks of a page in a language, in their order. A block `text` right behind one is what it prints. */
export function pageBlocks(text: string, language: 'sh' | 'powershell'): PageBlock[] {
  const blocks = new RegExp(
    `^\`\`\`${language}\\n(?<code>.*?)^\`\`\`\\n(?:\\n\`\`\`text\\n(?<output>.*?)^\`\`\`$)?`,
    'gms',
  );
  return [...text.matchAll(blocks)].map(({ groups }) => ({
    code: groups?.code ?? '',
    output: groups?.output?.trimEnd().split('\n'),
  }));
}

/** The commands of a page in their order: each line of a block `sh`, without comments. The last has the block's output. */
export function pageCommands(page: string, text: string): PageCommand[] {
  return pageBlocks(text, 'sh').flatMap(({ code, output }) => {
    const commands = code
      .split('\n')
      .map((line) => line.replace(/(?:^|\s+)# .*$/, '').trim())
      .filter((line) => line !== '');
    return commands.map((command, index) => ({
      page,
      command,
      expected: index === commands.length - 1 ? output : undefined,
    }));
  });
}

/** The words of a command line, as a shell splits them. */
export function wordsOf(command: string): string[] {
  return (command.match(/(?:"[^"]*"|\S)+/g) ?? []).map((word) => word.replaceAll('"', ''));
}
