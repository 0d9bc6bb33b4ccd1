import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { floors } from '../support/floors.ts';
import { importsOf } from '../support/importsOf.ts';

/** What the folders of the project may import of one another. */
const buildings: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  functions: ['shared'],
  cli: ['shared'],
  local: ['shared'],
  bench: ['shared', 'local'],
};

interface ImportOfFile {
  readonly from: string;
  readonly to: string;
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries.filter((file) => file.endsWith('.ts')).map((file) => join(folder, file));
}

function importsWithin(folder: string): ImportOfFile[] {
  return filesOf(folder).flatMap((from) => importsOf(from).map(({ to }) => ({ from, to })));
}

const folderOf = (file: string): string => {
  const [first = '', ...rest] = relative('shared', file).split(/[\\/]/);
  return rest.length === 0 ? '.' : first;
};
const floorOf = (folder: string): number => floors.findIndex((floor) => floor.includes(folder));
const inWords = ({ from, to }: ImportOfFile): string => `${from} imports ${to}`;

describe('the folders of the product', () => {
  const imports = importsWithin('shared');

  it('each have a floor', () => {
    const folders = new Set(filesOf('shared').map(folderOf));
    expect(floors.flat().sort()).toEqual([...folders].sort());
  });

  it('import only from lower floors', () => {
    const within = imports.filter(({ to }) => !relative('shared', to).startsWith('..'));
    const upwards = within.filter(({ from, to }) => {
      const [own, other] = [folderOf(from), folderOf(to)];
      return own !== other && floorOf(other) >= floorOf(own);
    });
    expect(upwards.map(inWords)).toEqual([]);
  });

  it.each(Object.entries(buildings))('%s imports only what it may', (building, allowed) => {
    const others = importsWithin(building).filter(({ to }) => {
      const [top = ''] = to.split(/[\\/]/);
      return top in buildings && top !== building && !allowed.includes(top);
    });
    expect(others.map(inWords)).toEqual([]);
  });
});
