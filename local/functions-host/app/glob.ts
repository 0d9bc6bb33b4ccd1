import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files below a folder that match a pattern of `*`, `**`, `?`, `[…]` and `{a,b}`, relative, with forward slashes,
 * sorted. A pattern without any of them is returned as it is, whether or not the file exists.
 */
export async function findFiles(directory: string, pattern: string): Promise<string[]> {
  const normal = pattern.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  if (!/[*?[\]{}]/.test(normal)) return [normal];
  const matches = globToRegExp(normal);
  const fixed = normal.slice(0, normal.search(/[*?[{]/));
  const start = fixed.slice(0, fixed.lastIndexOf('/') + 1);
  const found: string[] = [];
  await collect(directory, start, (file) => {
    if (matches.test(file)) found.push(file);
  });
  return found.sort();
}

async function collect(directory: string, folder: string, visit: (file: string) => void): Promise<void> {
  let entries: import('node:fs').Dirent[];
  try {
    entries = await readdir(join(directory, folder), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  for (const entry of entries) {
    if (entry.isDirectory() && entry.name !== 'node_modules')
      await collect(directory, `${folder}${entry.name}/`, visit);
    else if (!entry.isDirectory()) visit(folder + entry.name);
  }
}

/** A glob pattern as a regular expression over a whole relative path with forward slashes. */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  let braces = 0;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (pattern.startsWith('**/', at)) {
      source += '(?:[^/]+/)*';
      at += 2;
    } else if (pattern.startsWith('**', at)) {
      source += '.*';
      at += 1;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '{') {
      source += '(?:';
      braces++;
    } else if (character === '}' && braces > 0) {
      source += ')';
      braces--;
    } else if (character === ',' && braces > 0) source += '|';
    else if (character === '[' && pattern.includes(']', at)) {
      const end = pattern.indexOf(']', at);
      source += `[${pattern.slice(at + 1, end).replace(/^!/, '^')}]`;
      at = end;
    } else source += character.replace(/[.+^$()|[\]\\{}]/, '\\$&');
  }
  return new RegExp(`^${source}$`);
}
