import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { connectorDocument } from '../../shared/contract/connector.ts';
import { openApiDocument } from '../../shared/contract/document.ts';
import { routes } from '../../shared/contract/routes.ts';
import { projectFolder } from '../projectFolder.ts';
import { withEndpointTable } from './endpointTable.ts';
import { functionList } from './functionList.ts';

// Writes whatever tells the contract from the routes.
writeFileSync('openapi.json', JSON.stringify(openApiDocument(), null, 2));
writeFileSync('openapi.connector.json', JSON.stringify(connectorDocument(), null, 2));
writeFileSync('docs/api.md', withEndpointTable(readFileSync('docs/api.md', 'utf8'), routes));
writeFileSync('infra/functions.json', JSON.stringify(functionList(pathToFileURL(`${projectFolder()}/`)), null, 2));
