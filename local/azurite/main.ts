// Starts Azurite with the arguments given, its lookups of single rows made quick before.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { azuriteFolder } from './azuriteFolder.ts';
import { type Collection, findByRarerKey } from './rowIndex.ts';

const load = createRequire(join(azuriteFolder(), 'package.json'));
findByRarerKey((load('lokijs') as { Collection: { prototype: Collection } }).Collection.prototype);
load('./dist/src/azurite.js');
