import { readFileSync, writeFileSync } from 'node:fs';
import { connectorDocument } from '../../shared/contract/connector.ts';
import { openApiDocument } from '../../shared/contract/document.ts';
import { routes } from '../../shared/contract/routes.ts';
import { withEndpointTable } from './endpointTable.ts';

// Writes whatever tells the contract from the routes.
writeFileSync('openapi.json', JSON.stringify(openApiDocument(), null, 2));
writeFileSync('openapi.connector.json', JSON.stringify(connectorDocument(), null, 2));
writeFileSync('docs/api.md', withEndpointTable(readFileSync('docs/api.md', 'utf8'), routes));
