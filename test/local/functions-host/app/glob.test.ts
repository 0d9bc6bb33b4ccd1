import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findFiles, globToRegExp } from '../../../../local/functions-host/app/glob.ts';

test.each<[string, string[], string[]]>([
  ['dist/*.js', ['dist/a.js'], ['dist/a/b.js', 'dist/a.jsx', 'a.js']],
  ['dist/**/*.js', ['dist/a.js', 'dist/a/b/c.js'], ['other/a.js']],
  ['dist/{index.js,functions/*.js}', ['dist/index.js', 'dist/functions/a.js'], ['dist/a.js']],
  ['dist/?.[cm]js', ['dist/a.cjs', 'dist/b.mjs'], ['dist/a.js', 'dist/ab.cjs']],
  ['dist/[!a].js', ['dist/b.js'], ['dist/a.js']],
])('%s matches %o and not %o', (pattern, matching, other) => {
  const glob = globToRegExp(pattern);
  expect(matching.filter((file) => !glob.test(file))).toEqual([]);
  expect(other.filter((file) => glob.test(file))).toEqual([]);
});

test('files are found below the folder, sorted, whatever slashes the pattern has', async () => {
  const directory = fileURLToPath(new URL('../apps/http-esm', import.meta.url));
  const functions = ['functions/first.js', 'functions/second.js'];
  expect(await findFiles(directory, './functions/*.js')).toEqual(functions);
  expect(await findFiles(directory, '.\\**\\*.js')).toEqual(functions);
  expect(await findFiles(directory, 'nowhere/*.js')).toEqual([]);
  expect(await findFiles(directory, 'index.js')).toEqual(['index.js']);
});
