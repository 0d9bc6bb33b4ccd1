import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { builtScript } from '../../../local/projectFolder.ts';
import { readOptions } from '../../../local/start/options.ts';
import { runProgram } from '../../support/runProgram.ts';

describe.concurrent('a wrong option ends with words that name it', () => {
  it.each<[string, string[], RegExp]>([
    ['start', ['--users', 'abc'], /--users must be a whole number from 1 to 200000, not 'abc'/],
    ['start', ['--users', '0'], /--users/],
    ['start', ['--seed', '-1'], /--seed/],
    ['start', ['--port', '70000'], /--port must be a whole number from 1 to 65535/],
    ['start', ['--auth', 'none'], /--auth must be development or entra/],
    ['start', ['--wat'], /--wat.*--help/],
    ['start', ['2000'], /2000.*--help/],
    ['token', ['--wat'], /--wat.*--help/],
    ['token', ['--minutes', 'x'], /--minutes/],
    ['demo', ['--wat'], /--wat.*--help/],
    ['graph', ['--wat'], /--wat.*--help/],
    ['graph', ['--users', 'abc'], /--users/],
    ['service-bus', ['--wat'], /--wat/],
    ['service-bus', ['--port', 'abc'], /--port/],
    ['functions-host', ['--wat'], /--wat.*--help/],
    ['functions-host', ['--port', 'abc'], /--port/],
  ])('%s %j', async (command, args, words) => {
    const { code, out, err } = await runProgram(process.execPath, [builtScript(command), ...args]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(words);
    expect(err).not.toMatch(/^\s+at /m);
    expect(err.trim().split('\n').length).toBeLessThan(4);
  });
});

it('a port that is in use is reported before anything is started', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const { code, out, err } = await runProgram(process.execPath, [builtScript('start'), '--port', port]);
  other.close();
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe(`Port ${port} is in use. Stop the program that has it, or take another with --port.\n`);
});

it('without options there are 2,000 users at port 7071', () => {
  expect(readOptions([])).toEqual({
    users: 2000,
    seed: 1,
    port: 7071,
    data: undefined,
    auth: 'development',
    verbose: false,
    help: false,
  });
});
