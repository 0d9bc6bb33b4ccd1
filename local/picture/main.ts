import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { COLUMNS, recordSession } from './session.ts';
import { terminalPicture } from './svg.ts';

const FILE = 'docs/images/session.svg';
const TITLE =
  'A terminal. A list of 200 users is enabled: 196 are changed and four are refused, each with its reason. The audit record shows who changed Alice, when and why.';

// Records the picture of README.md. It needs a system with `script` of util-linux, such as Linux.
mkdirSync(dirname(FILE), { recursive: true });
writeFileSync(FILE, terminalPicture(TITLE, await recordSession(), COLUMNS));
