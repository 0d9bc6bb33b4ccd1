import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { findFiles } from './glob.ts';

const packageSchema = z.object({ main: z.string().min(1).optional(), type: z.string().optional() });

/**
 * Loads the app as the worker does: the files that `main` of package.json names (a path or a glob, relative to the
 * app), one after another; `.mjs` files and those of a package of type module with import(), others with require().
 * @returns the files, relative to the app
 * @throws Error when there is nothing to load, or a file fails to load (its own error is the cause)
 */
export async function loadApp(appDirectory: string): Promise<string[]> {
  const packageFile = join(appDirectory, 'package.json');
  const { main, type } = await readPackage(packageFile);
  if (main === undefined) throw new Error(`${packageFile} has no "main", so there is nothing to load.`);
  const files = await findFiles(appDirectory, main);
  if (files.length === 0) throw new Error(`No file matches "main" of ${packageFile}: "${main}". Is the app built?`);

  const require = createRequire(packageFile);
  for (const file of files) {
    const path = join(appDirectory, file);
    try {
      if (file.endsWith('.mjs') || type === 'module') await import(pathToFileURL(path).href);
      else require(path);
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Error(`The app could not be loaded: ${path} failed. ${why}`, { cause: error });
    }
  }
  return files;
}

async function readPackage(packageFile: string): Promise<z.infer<typeof packageSchema>> {
  try {
    return packageSchema.parse(JSON.parse(await readFile(packageFile, 'utf8')));
  } catch (error) {
    throw new Error(`${packageFile} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}
