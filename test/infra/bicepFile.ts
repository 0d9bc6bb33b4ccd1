import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** A value as it stands in a file. What is not a literal stays an expression. */
export type Value = string | number | boolean | null | Expression | Value[] | { readonly [name: string]: Value };

/** Something that Azure works out when it deploys. */
export class Expression {
  readonly text: string;
  /** The arguments, when it is a call of a function. */
  readonly args: readonly Value[];

  constructor(text: string, args: readonly Value[] = []) {
    this.text = text;
    this.args = args;
  }

  toString(): string {
    return this.text;
  }
}

export type Body = Readonly<Record<string, Value>>;

/** A resource or a module. */
export interface Declaration {
  readonly symbol: string;
  /** `Microsoft.Storage/storageAccounts@2023-05-01`, or the path of a module. */
  readonly of: string;
  /** What it is repeated for; undefined when it stands once. */
  readonly loop: string | undefined;
  readonly body: Body;
}

export interface BicepFile {
  /** Text of what could not be parsed; empty when all is well. */
  readonly errors: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly optional: boolean; readonly described: boolean }[];
  readonly variables: ReadonlyMap<string, Value>;
  readonly resources: readonly Declaration[];
  readonly modules: readonly Declaration[];
  readonly outputs: ReadonlyMap<string, Value>;
  /** How often each name is mentioned, its declaration included. */
  readonly mentions: ReadonlyMap<string, number>;
}

const require = createRequire(import.meta.url);
await Parser.init();
const bicep = await Language.load(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));

/** Reads one file: its syntax, not its types. Nothing is resolved across files. */
export function readBicep(text: string): BicepFile {
  const parser = new Parser();
  parser.setLanguage(bicep);
  const tree = parser.parse(text);
  if (tree === null) throw new Error('The parser has no language');
  const statements = tree.rootNode.namedChildren.filter((node): node is Node => node !== null);
  const mentions = new Map<string, number>();
  const errors: string[] = [];
  visit(tree.rootNode, (node) => {
    if (node.isError || node.isMissing) errors.push(`line ${node.startPosition.row + 1}: ${node.text.slice(0, 80)}`);
    if (node.type === 'identifier') mentions.set(node.text, (mentions.get(node.text) ?? 0) + 1);
  });

  const of = (type: string): Node[] => statements.filter((node) => node.type === type);
  const file = {
    errors,
    parameters: of('parameter_declaration').map((node) => ({
      name: nameOf(node),
      optional: parts(node).length > 2,
      described: node.previousNamedSibling?.text.includes('@description(') ?? false,
    })),
    variables: valuesOf(of('variable_declaration')),
    resources: of('resource_declaration').map(declarationOf),
    modules: of('module_declaration').map(declarationOf),
    outputs: valuesOf(of('output_declaration')),
    mentions,
  };
  parser.delete();
  tree.delete();
  return file;
}

export function readBicepFile(path: URL): BicepFile {
  return readBicep(readFileSync(path, 'utf8'));
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const child of node.children) if (child !== null) visit(child, see);
}

function parts(node: Node): Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null && child.type !== 'comment');
}

function nameOf(node: Node): string {
  return parts(node)[0]?.text ?? '';
}

function valuesOf(nodes: readonly Node[]): Map<string, Value> {
  return new Map(nodes.map((node) => [nameOf(node), toValue(parts(node).at(-1) as Node)]));
}

function declarationOf(node: Node): Declaration {
  const [symbol, of] = parts(node);
  const last = parts(node).at(-1) as Node;
  let body = last;
  let loop: string | undefined;
  while (body.type !== 'object') {
    if (body.type === 'for_statement') loop = parts(body).at(-2)?.text;
    const next = parts(body).at(-1);
    if (next === undefined) throw new Error(`${symbol?.text} has no body`);
    body = next;
  }
  return { symbol: symbol?.text ?? '', of: String(of && toValue(of)), loop, body: toValue(body) as Body };
}

function toValue(node: Node): Value {
  switch (node.type) {
    case 'string':
      return parts(node).some(({ type }) => type === 'interpolation')
        ? new Expression(node.text)
        : node.text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
    case 'number':
      return Number(node.text);
    case 'boolean':
      return node.text === 'true';
    case 'null':
      return null;
    case 'array':
      return parts(node).map(toValue);
    case 'object':
      return Object.fromEntries(
        parts(node).map((property) => {
          const [name, value] = parts(property);
          if (name === undefined || value === undefined) throw new Error(`Not a property: ${property.text}`);
          return [name.type === 'string' ? String(toValue(name)) : name.text, toValue(value)];
        }),
      );
    case 'call_expression': {
      const given = parts(node).find(({ type }) => type === 'arguments');
      return new Expression(node.text, given === undefined ? [] : parts(given).map(toValue));
    }
    default:
      return new Expression(node.text);
  }
}
