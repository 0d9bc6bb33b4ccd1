import { writeFileSync } from 'node:fs';
import { connectorDocument } from '../../shared/contract/connector.ts';
import { openApiDocument } from '../../shared/contract/document.ts';

writeFileSync('openapi.json', JSON.stringify(openApiDocument(), null, 2));
writeFileSync('openapi.connector.json', JSON.stringify(connectorDocument(), null, 2));
