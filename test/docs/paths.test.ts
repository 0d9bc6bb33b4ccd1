import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  anchorsOf,
  codeSpans,
  isThere,
  markdownPages,
  type Page,
  projectPaths,
  relativeLinks,
  shellLines,
} from '../support/markdownPages.ts';

const paths = projectPaths();
const pages = markdownPages(paths);
const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });
const { scripts } = packageSchema.parse(
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')),
);

const folders = new Set([...paths].filter((path) => path.endsWith('/')).map((path) => path.split('/')[0] as string));
const extensions = new Set([...paths].map((path) => extname(path)).filter((extension) => extension !== ''));

/** What builds, tools and users make: it is named in pages and is not in a clone. */
const MADE = [/^dist\//, /^\.tools\//, /node_modules\//, /^local\.settings\.json$/];

/** What looks like a file of the project and is none. */
const NO_FILES: Readonly<Record<string, string>> = {
  'users.csv': 'a list of users that an administrator has',
  'audit.csv': 'a file that an administrator exports',
  'process.env': 'the environment of a process',
};

/** Names of the real Functions host, and of a table of earlier versions, that this project does not have. */
const NAMES_OF_OTHERS = ['messageSession', 'enableHttpStream', 'usersByState'];

/** What was named otherwise in a version before stands in the changelog as it was then. */
const PAST = 'CHANGELOG.md';

/** Whether what stands in backticks names a file or folder of the project. */
function isPath(span: string): boolean {
  if (!/^[\w.@$*/-]+$/.test(span) || /^[./]*$/.test(span) || span.startsWith('/')) return false;
  if (span.includes('/')) return span.endsWith('/') || folders.has(span.split('/')[0] as string) || hasExtension(span);
  return hasExtension(span);
}

function hasExtension(span: string): boolean {
  return extensions.has(extname(span)) && !/^[.*]/.test(span);
}

/** The paths that a page names: in backticks, and as words of a command. */
function namedPaths({ text }: Page): string[] {
  const spans = codeSpans(text);
  const words = [...shellLines(text), ...spans].flatMap((line) => line.split(/[\s=]+/));
  const inCommands = words.filter((word) => /^[\w.-]+\//.test(word) && folders.has(word.split('/')[0] as string));
  const named = [...spans, ...inCommands].filter(isPath);
  return [...new Set(named)].filter((path) => !MADE.some((made) => made.test(path)) && !(path in NO_FILES));
}

/** Names of functions, properties, settings and constants: in the form that code has and prose has not. */
function namedSymbols({ text }: Page): string[] {
  const symbol = /^(?:[a-z]+[A-Z]\w*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)$/;
  return [...new Set(codeSpans(text).filter((span) => symbol.test(span) && !NAMES_OF_OTHERS.includes(span)))];
}

/** Every word of the project's code, tests and settings, but for this file. */
const words = new Set(
  [...paths]
    .filter((path) => /\.(?:ts|mjs|js|cs|ps1|json|bicep|kql|yml|sh)$/.test(path) && path !== 'test/docs/paths.test.ts')
    .flatMap((path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').match(/\w+/g) ?? []),
);

function namedScripts({ text }: Page): string[] {
  const run = [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]*\w)/g)].map(([, name]) => name as string);
  const inShort = codeSpans(text).filter((span) => /^test:[a-z-]+$/.test(span));
  const plain = [...text.matchAll(/\bnpm (start|test)\b/g)].map(([, name]) => name as string);
  return [...new Set([...run, ...inShort, ...plain])];
}

it('there are pages, and they name much', () => {
  expect(pages.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md']));
  expect(pages.flatMap(namedPaths).length).toBeGreaterThan(150);
  expect(pages.flatMap(namedScripts).length).toBeGreaterThan(20);
  expect(pages.flatMap(namedSymbols).length).toBeGreaterThan(150);
  for (const path of [...Object.keys(NO_FILES), ...NAMES_OF_OTHERS])
    expect(
      pages.some(({ text }) => text.includes(path)),
      path,
    ).toBe(true);
});

describe.each(pages.filter(({ path }) => path !== PAST).map((page) => [page.path, page] as const))('%s', (_, page) => {
  it('names only files and folders that are there', () => {
    expect(namedPaths(page).filter((path) => !isThere(path, page, paths))).toEqual([]);
  });

  it('names only npm scripts that are there', () => {
    expect(namedScripts(page).filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names only symbols that are in the code', () => {
    expect(namedSymbols(page).filter((symbol) => !words.has(symbol))).toEqual([]);
  });
});

describe.each(pages.map((page) => [page.path, page] as const))('%s', (_, page) => {
  it('links only to pages and headings that are there', () => {
    const broken = relativeLinks(page.text).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page.path : join(dirname(page.path), path).replaceAll('\\', '/');
      if (!paths.has(target) && !paths.has(target.replace(/\/?$/, '/'))) return true;
      const text = pages.find((one) => one.path === target)?.text ?? '';
      return anchor !== undefined && !anchorsOf(text).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});
