import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AppStartError } from './appStartError.ts';
import { findFiles } from './glob.ts';

const packageSchema = z.object({ main: z.string().min(1).optional(), type: z.string().optional() });

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

async function readPackage(packageFile: string): Promise<z.infer<typeof packageSchema>> {
  try {
    return packageSchema.parse(JSON.parse(await readFile(packageFile, 'utf8')));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? 'does not exist. Is this the folder of the app?' : `cannot be used: ${reason(error)}`;
    throw new AppStartError(`${packageFile} ${why}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
}
