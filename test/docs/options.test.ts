import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtScript } from '../../local/projectFolder.ts';
import { mfa } from '../cli/mfa.ts';
import { codeSpans, markdownPages, projectPaths } from '../support/markdownPages.ts';
import { wordsOf } from '../support/pageCommands.ts';
import { runProgram } from '../support/runProgram.ts';

/** Options of programs of others that the pages name. */
const OF_OTHERS = [
  '--allow-no-subscriptions', // az login
  '--maxWorkers', // vitest
  '--no-build', // func
  '--query', // az
  '--watch', // vitest
];

interface Help {
  /** Such as `operation list`; empty for `mfa` itself. */
  readonly path: string;
  readonly text: string;
}

const subcommands = (text: string): string[] =>
  [...(/^Commands:\n(.*?)(?:\n\n|$(?![\s\S]))/ms.exec(text)?.[1]?.matchAll(/^ {2}([\w-]+)/gm) ?? [])].map(
    ([, name]) => name as string,
  );
const optionsOf = (text: string): string[] => text.match(/(?<![\w-])--[a-zA-Z][\w-]*/g) ?? [];

async function helpOf(path: readonly string[]): Promise<Help[]> {
  const { code, out } = await mfa([...path, '--help']);
  expect(code, path.join(' ')).toBe(0);
  expect(out).toContain(`Usage: ${['mfa', ...path].join(' ')} `); // not that of a command above
  const below = subcommands(out).filter((name) => name !== 'help');
  const others = await Promise.all(below.map((name) => helpOf([...path, name])));
  return [{ path: path.join(' '), text: out }, ...others.flat()];
}

const helps = await helpOf([]);
/** The command that words name, by the longest path that fits. */
function commandOf(words: readonly string[]): Help {
  const fitting = helps.filter(({ path }) => path === '' || `${words.join(' ')} `.startsWith(`${path} `));
  return fitting.sort((one, other) => other.path.length - one.path.length)[0] as Help;
}

/** What is wrong with a command line of `mfa`, without its first word. */
function faultsOf(line: string): string[] {
  const words = wordsOf(line.replace(/^--version/, 'version')); // which is another name of it
  const { path, text } = commandOf(words);
  const next = words[path === '' ? 0 : path.split(' ').length];
  const isGroup = subcommands(text).length > 0;
  const unknown = isGroup && next !== undefined && !next.startsWith('-') && !next.startsWith('…') ? [next] : [];
  // The own options of a command: what its examples use does not make an option.
  const known = optionsOf(text.replace(/^Examples:.*$/ms, ''));
  const options = words.flatMap((word) => /^--[a-z][\w-]*/.exec(word)?.[0] ?? []);
  return [...unknown, ...options.filter((option) => !known.includes(option))];
}

const pages = markdownPages(projectPaths()).filter(({ path }) => path !== 'CHANGELOG.md');

describe('the pages', () => {
  const inline = pages.flatMap(({ path, text }) =>
    codeSpans(text)
      .filter((span) => /^(?:mfa|npx \.) /.test(span))
      .map((span) => [path, span] as const),
  );

  it('name commands in their sentences', () => {
    expect(inline.length).toBeGreaterThan(10);
  });

  it.each(inline)('%s: %s is a command with these options', (_, span) => {
    expect(faultsOf(span.replace(/^(?:mfa|npx \.) /, ''))).toEqual([]);
  });

  it('name only options that a command of the project, or a known one of others, has', async () => {
    const scripts = ['start', 'demo', 'token', 'graph', 'service-bus', 'functions-host'].map(builtScript);
    const benches = ['measure', 'faults', 'outages', 'fuzz'].map((name) =>
      builtScript('start').replace(/local.start/, `bench/${name}`),
    );
    const withoutHelp = [
      'test/conformance/main.ts',
      ...['replay.mjs', 'starts.mjs'].map((name) => `test/local/functions-host/recorded/${name}`),
    ];
    const sources = withoutHelp.map((file) => readFileSync(file, 'utf8'));
    const texts = await Promise.all(
      [...scripts, ...benches].map(async (script) => (await runProgram(process.execPath, [script, '--help'])).out),
    );
    const known = new Set(
      [...helps.map(({ text }) => text), ...texts, ...sources].flatMap(optionsOf).concat(OF_OTHERS),
    );
    const named = pages.flatMap(({ path, text }) =>
      codeSpans(text)
        .filter((span) => /^--[a-z]/.test(span))
        .flatMap(optionsOf)
        .map((option) => `${path}: ${option}`),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((one) => !known.has(one.split(': ')[1] as string))).toEqual([]);
  });
});

describe('the help', () => {
  const examples = helps.flatMap(({ path, text }) =>
    [...text.matchAll(/^ {2}(?:.* \| )?mfa (.*)$/gm)].map(
      ([, line]) => [`mfa ${path}`.trim(), line as string] as const,
    ),
  );

  it('has examples', () => {
    expect(helps.length).toBeGreaterThan(15);
    expect(examples.length).toBeGreaterThan(30);
  });

  it.each(examples)('%s --help: mfa %s is a command with these options', (_, line) => {
    expect(faultsOf(line)).toEqual([]);
  });

  it('names only files of the project that are there', () => {
    const paths = projectPaths();
    for (const { path, text } of helps) {
      const files = text.match(/\b(?:docs|infra)\/[\w./-]+\w/g) ?? [];
      expect(
        files.filter((file) => !paths.has(file)),
        path,
      ).toEqual([]);
    }
  });
});
