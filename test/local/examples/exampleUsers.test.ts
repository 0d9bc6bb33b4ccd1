import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_DIRECTORY, EXAMPLE_USERS_FILE, exampleUsers } from '../../../local/examples/exampleUsers.ts';
import { generateDirectory } from '../../../local/graph/directory/generate.ts';
import { stateName } from '../../../local/graph/directory/mfaState.ts';
import { readOptions } from '../../../local/start/options.ts';
import { readUserFile } from '../../../shared/userFile/readUserFile.ts';

const file = readFileSync(EXAMPLE_USERS_FILE, 'utf8');
const directory = generateDirectory(EXAMPLE_DIRECTORY);

describe('the example list of users', () => {
  it('is the one that the generated directory gives', () => {
    expect(file, `${EXAMPLE_USERS_FILE} is stale: run npm run examples`).toBe(exampleUsers());
  });

  it('fits the directory of npm start without options', () => {
    const { users, seed } = readOptions([]);
    expect({ size: users, seed }).toEqual(EXAMPLE_DIRECTORY);
  });

  it('has 200 users who are all in that directory, each once, alice and bob among them', async () => {
    const { users: names } = await readUserFile(Buffer.from(file));
    expect(names).toHaveLength(200);
    expect(new Set(names.map((name) => directory.find(name))).size).toBe(200);
    expect(names.filter((name) => directory.find(name) === undefined)).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['alice@contoso.com', 'bob@contoso.com']));
  });

  it('has three enforced users and the account of the directory synchronization, and otherwise disabled ones', async () => {
    const { users: names } = await readUserFile(Buffer.from(file));
    const users = names.map((name) => directory.find(name) as number);
    const states = users.map((user) => stateName(directory.columns.states[user] as number));
    expect(states.filter((state) => state === 'enforced')).toHaveLength(3);
    expect(states.filter((state) => state === 'disabled')).toHaveLength(197);
    expect(users).toContain(directory.syncAccount);
  });

  it('has the shape of a file that the Entra admin center exports', () => {
    expect(file.startsWith('\uFEFFuserPrincipalName,displayName,surname,mail,givenName,id,userType,')).toBe(true);
    expect(file.match(/[^\r]\n/)).toBeNull();
    expect(file).toContain('"IT, Operations"');
  });
});
