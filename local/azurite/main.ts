// Starts Azurite with the arguments given, its lookups of single rows made quick before. It ends with its parent.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { stopWithParent } from '../stopWithParent.ts';
import { azuriteFolder } from './azuriteFolder.ts';
import { type Collection, findByRarerKey } from './rowIndex.ts';

const load = createRequire(join(azuriteFolder(), 'package.json'));
findByRarerKey((load('lokijs') as { Collection: { prototype: Collection } }).Collection.prototype);
load('./dist/src/azurite.js');

/** How long Azurite may take to write what it keeps to disk. */
const CLOSE_WITHIN_MS = 10_000;
stopWithParent(() => {
  // It listens for messages once it is ready. Before, there is nothing to write.
  if (!process.emit('message', 'shutdown', undefined)) process.exit(1);
}, CLOSE_WITHIN_MS);
