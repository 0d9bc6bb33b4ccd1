import { writeFileSync } from 'node:fs';
import { EXAMPLE_USERS_FILE, exampleUsers } from './exampleUsers.ts';

// Writes the example list of users from the generated directory.
writeFileSync(EXAMPLE_USERS_FILE, exampleUsers());
