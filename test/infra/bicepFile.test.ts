import { expect, it } from 'vitest';
import { Expression, readBicep } from './bicepFile.ts';
import { bicepFiles } from './installation.ts';

it.each([...bicepFiles])('%s has no fault of syntax', (_, file) => {
  expect(file.errors).toEqual([]);
});

it('shows where a file is broken', () => {
  const broken = readBicep("param name string\nresource a 'Type@2024-01-01' = {\n  name: name\n");
  expect(broken.errors).not.toEqual([]);
});

it('reads resources as plain values, and keeps what is worked out later as it stands', () => {
  const file = readBicep(`@description('What it is called')
param name string
param size int = 1
resource a 'Provider/things@2024-01-01' = [for entry in items(all): if (size > 1) {
  name: '\${name}-\${entry.key}'
  properties: union(base, { 'it\\'s': true, list: ['x', null, 2] })
}]
output id string = a.id`);
  expect(file.errors).toEqual([]);
  expect(file.parameters).toEqual([
    { name: 'name', optional: false, described: true },
    { name: 'size', optional: true, described: false },
  ]);
  const [resource] = file.resources;
  expect(resource).toMatchObject({ symbol: 'a', of: 'Provider/things@2024-01-01', loop: 'items(all)' });
  expect(String(resource?.body.name)).toBe(`'\${name}-\${entry.key}'`);
  const properties = resource?.body.properties as Expression;
  expect(properties).toBeInstanceOf(Expression);
  expect(properties.args[1]).toEqual({ "it's": true, list: ['x', null, 2] });
  expect(String(file.outputs.get('id'))).toBe('a.id');
});
