import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The folder of the installed package `azurite`. */
export function azuriteFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('azurite/package.json'));
}
