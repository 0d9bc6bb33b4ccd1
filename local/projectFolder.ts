import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. This module is bundled, so it looks for the folder from where it runs. */
export function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!folder.endsWith('dist') && dirname(folder) !== folder) folder = dirname(folder);
  return folder.endsWith('dist') ? dirname(folder) : process.cwd();
}

/** The built script of a part of the embedded stack. */
export function builtScript(part: string): string {
  return join(projectFolder(), 'dist', 'local', part, 'main.js');
}
