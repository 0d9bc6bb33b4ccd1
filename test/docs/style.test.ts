import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectPaths } from '../support/markdownPages.ts';

/** Expressions that a reader stumbles over, and the words to use instead. `docs/style.md` has the rules. */
const BANNED: readonly { readonly expression: RegExp; readonly instead: string }[] = [
  { expression: /\bwhom\b/i, instead: 'that, who, or the name of the users' },
  {
    expression: /(?<!['"=$-])\b(no|some|every|any)body\b(?![@_-])/i,
    instead: 'the actor: a caller, an operator, no user, all users',
  },
  { expression: /\bwho(ever|soever)\b/i, instead: 'the actor: a caller that …, if you …' },
  { expression: /\b(what|whatever) became\b/i, instead: 'the result for' },
  { expression: /\bfor ever\b/i, instead: 'permanently, or without limit' },
  { expression: /\b(is|are|was|be|not) over\b(?! (http|TLS|the|a|an|all)\b)/i, instead: 'has finished' },
  { expression: /\b(go|goes|went|gone|going) on\b/i, instead: 'continues, or happens' },
  { expression: /\bnot\b[^.;:|]*\bany ?more\b/i, instead: 'no longer' },
  { expression: /\banew\b/i, instead: 'again' },
  { expression: /\bmend(s|ed|ing)?\b/i, instead: 'fix, repair, solve' },
  { expression: /\b(is|are|was|were) told\b/i, instead: 'gets a message, or learns' },
  { expression: /\brun of (the|its) timer\b/i, instead: 'invocation' },
  { expression: /\bguards?\b/i, instead: 'safety check' },
  { expression: /(?<!::)\bceiling\b/i, instead: 'limit' },
  { expression: /\bas a rule\b/i, instead: 'usually' },
];

/** Texts that people read: pages, help, messages, the contract, descriptions of the infrastructure, and comments. */
const CHECKED = [
  /\.md$/,
  /^(cli|shared|functions|local|bench|test)\/.*\.ts$/,
  /^shared\/.*\.json$/,
  /^powershell\//,
  /^infra\/.*\.(bicep|kql|ps1)$/,
];
const CHECKED_FILES = ['openapi.json', 'openapi.connector.json', 'package.json', 'infra/workbook.json'];
/** The files that show what not to write. */
const EXAMPLES = ['docs/style.md', 'test/docs/style.test.ts', 'test/shared/contract/documents.test.ts'];

const files = [...projectPaths()].filter(
  (path) =>
    !EXAMPLES.includes(path) &&
    !path.endsWith('/') &&
    (CHECKED_FILES.includes(path) || CHECKED.some((pattern) => pattern.test(path))),
);

describe('the words of the project', () => {
  it('are checked in every kind of text', () => {
    for (const sample of ['README.md', 'cli/main.ts', 'shared/errors.ts', 'infra/main.bicep', 'openapi.json'])
      expect(files).toContain(sample);
  });

  it.each(files)('%s', (file) => {
    const faults = faultsIn(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'), file);
    expect(faults.join('\n')).toBe('');
  });

  it('are found also when a line break divides them', () => {
    expect(faultsIn('// Until the operation is\n// over, wait.', 'a.ts')).toEqual([
      'a.ts:1 "is over": write has finished',
    ]);
    expect(faultsIn('Sends it over the network. `nobody` is a name.', 'a.md')).toEqual([]);
  });
});

/** A line for each banned expression in a text: where it is, and what to write instead. */
function faultsIn(content: string, file: string): string[] {
  // Code in pages is not prose. Spaces replace it, so that positions stay the same.
  const prose = file.endsWith('.md')
    ? content.replace(/^```[\s\S]*?^```|`[^`\n]*`/gm, (code) => code.replace(/[^\n]/g, ' '))
    : content;
  const joined = prose.replace(/\n( *(?:\*|\/\/|#) )/g, (_, mark: string) => ` ${' '.repeat(mark.length)}`);
  return BANNED.flatMap(({ expression, instead }) =>
    [...joined.matchAll(new RegExp(expression.source.replaceAll(' ', '\\s+'), 'gi'))].map(
      ({ 0: found, index }) =>
        `${file}:${content.slice(0, index).split('\n').length} "${found.replace(/\s+/g, ' ')}": write ${instead}`,
    ),
  );
}
