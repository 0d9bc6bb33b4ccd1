import { describe, expect, it } from 'vitest';
import { isAsPromised } from '../support/expectedOutput.ts';
import { pageCommands, wordsOf } from '../support/pageCommands.ts';

describe('what a page promises', () => {
  it.each([
    ['the same lines', 'a\nb\n', ['a', 'b']],
    ['another width of columns', 'User          State\na@b.c         x\n', ['User   State', 'a@b.c  x']],
    ['text that differs within a line', 'As of 2026-01-01.\n', ['As of ….']],
    ['lines that are left out, also none', 'a\nb\nc\nd', ['…', 'a', '…', 'd', '…']],
  ])('is kept by %s', (_, printed, promised) => {
    expect(isAsPromised(printed, promised)).toBe(true);
  });

  it.each([
    ['a line more', 'a\nb\nc', ['a', 'b']],
    ['a line less', 'a', ['a', 'b']],
    ['another number', '196 applied', ['195 applied']],
    ['the lines in another order', 'b\na', ['…', 'a', 'b']],
    ['something behind', 'Ready in 3 s, nearly', ['Ready in … s']],
    ['nothing', '', ['a']],
  ])('is not kept by %s', (_, printed, promised) => {
    expect(isAsPromised(printed, promised)).toBe(false);
  });
});

it('the commands of a page are the lines of its shell blocks, the last of each with the output that follows', () => {
  const page = ['```sh', 'one   # why', '', '# a comment', 'two "a b" c', '```', '', '```text', 'out', '```', ''];
  const other = ['```sh', 'three', '```', 'words', '```text', 'not its output', '```'];
  expect(pageCommands('p', [...page, ...other].join('\n'))).toEqual([
    { page: 'p', command: 'one', expected: undefined },
    { page: 'p', command: 'two "a b" c', expected: ['out'] },
    { page: 'p', command: 'three', expected: undefined },
  ]);
  expect(wordsOf('two "a b" c --reason="d e"')).toEqual(['two', 'a b', 'c', '--reason=d e']);
});
