import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders with generated or installed files: packages, builds, tools, and git's own. */
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.tools', '.data']);

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A page of documentation. Paths are relative to the project, with `/` on every system. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** All files and folders of the project, relative to it, folders with a `/` at the end. */
export function projectPaths(): ReadonlySet<string> {
  const paths = new Set<string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (NOT_OURS.has(entry.name)) continue;
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory()) visit(`${path}/`);
      paths.add(entry.isDirectory() ? `${path}/` : path);
    }
  };
  visit('');
  return paths;
}

/** Every Markdown file of the project. */
export function markdownPages(paths: ReadonlySet<string>): Page[] {
  const files = [...paths].filter((path) => path.endsWith('.md'));
  return files.sort().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** What stands in backticks, outside of blocks of code. */
export function codeSpans(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, span]) => (span as string).trim());
}

/** The lines of the blocks of code that a shell would run. */
export function shellLines(text: string): string[] {
  const blocks = [...text.matchAll(/^```(?:sh|bash|powershell)\n(.*?)^```/gms)];
  return blocks.flatMap(([, block]) => (block as string).split('\n'));
}

/** Where the links of a page lead that are not to another site. */
export function relativeLinks(text: string): string[] {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string);
  return targets.filter((target) => !/^[a-z]+:/i.test(target));
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  const headings = [...withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading as string);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/**
 * Whether a path that a page names is there: from the project's root, from the folder of the page, or, where it is a
 * mere file name, in any folder. `*` stands for a part of a name.
 */
export function isThere(named: string, page: Page, paths: ReadonlySet<string>): boolean {
  const path = named.replace(/^\.\//, '');
  const from = dirname(page.path) === '.' ? '' : `${dirname(page.path)}/`;
  const candidates = [path, normalized(`${from}${path}`)].flatMap((one) => [one, one.replace(/\/?$/, '/')]);
  if (candidates.some((candidate) => paths.has(candidate))) return true;
  if (path.includes('*')) {
    const pattern = new RegExp(`^(?:${from})?${path.split('*').map(escaped).join('[^/]*')}/?$`);
    return [...paths].some((one) => pattern.test(one));
  }
  return !path.includes('/') && [...paths].some((one) => basename(one) === path);
}

function withoutBlocks(text: string): string {
  return text.replace(/^\s*```.*?^\s*```/gms, '');
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** A path without `.` and `..`. */
function normalized(path: string): string {
  return join(path).replaceAll('\\', '/');
}
