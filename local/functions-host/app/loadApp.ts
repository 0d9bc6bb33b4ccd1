import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppStartError } from './appStartError.ts';
import { findFiles } from './glob.ts';

/** The needed parts of package.json. */
interface AppPackage {
  readonly main: string | undefined;
  readonly type: string | undefined;
}

/**
 * Loads the app as the worker does: the files that `main` of package.json names (a path or a glob, relative to the
 * app), one after another; `.mjs` files and those of a package of type module with import(), others with require().
 * @returns the files, relative to the app
 * @throws AppStartError when there is nothing to load, or a file fails to load (its own error is the cause)
 */
export async function loadApp(appDirectory: string): Promise<string[]> {
  const packageFile = join(appDirectory, 'package.json');
  const { main, type } = await readPackage(packageFile);
  if (main === undefined) {
    throw new AppStartError(
      `${packageFile} has no "main", so there is nothing to load. Name the files of the app: "main": "dist/*.js".`,
    );
  }
  const files = await findFiles(appDirectory, main);
  if (files.length === 0) {
    throw new AppStartError(`No file matches "main" of ${packageFile}: "${main}". Is the app built?`);
  }

  const require = createRequire(packageFile);
  for (const file of files) {
    const path = join(appDirectory, file);
    try {
      if (file.endsWith('.mjs') || type === 'module') await import(pathToFileURL(path).href);
      else require(path);
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new AppStartError(`The app could not be loaded: ${path} failed. ${why}`, { cause: error });
    }
  }
  return files;
}

async function readPackage(packageFile: string): Promise<AppPackage> {
  try {
    return parsePackage(JSON.parse(await readFile(packageFile, 'utf8')));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing
      ? 'does not exist. Is this the folder of the app?'
      : `cannot be used: ${(error as Error).message}`;
    throw new AppStartError(`${packageFile} ${why}`, { cause: error });
  }
}

/** By hand, because the thread of the app would take longer to load a library for it than the app itself. */
function parsePackage(json: unknown): AppPackage {
  if (typeof json !== 'object' || json === null) throw new Error('it must hold an object in braces');
  const text = (name: 'main' | 'type'): string | undefined => {
    const value: unknown = Reflect.get(json, name);
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw new Error(`"${name}" must be a text that is not empty`);
  };
  return { main: text('main'), type: text('type') };
}
