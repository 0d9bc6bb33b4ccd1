import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import document from '../../openapi.json' with { type: 'json' };
import { closed } from './closedSchemas.ts';
import { formats } from './formats.ts';

interface Described {
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

interface DescribedAnswer {
  readonly content?: Readonly<Record<string, { readonly schema: object; readonly examples: object }>>;
}

const ajv = new Ajv2020({ strict: false, allErrors: true, formats });
ajv.addSchema(closed(document as unknown as AnySchemaObject), 'contract');
const validators = new Map<string, ValidateFunction>();

/**
 * The differences between an answer of the API and the contract; usually none. Clients must accept properties that they
 * do not know; here each must be in the contract.
 * @param url whole, or its path below the address of the API, with or without a slash in front
 */
export function contractFaults(method: string, url: string, status: number, body: unknown): string[] {
  const path = pathOf(url);
  const found = Object.entries(document.paths).find(([template]) => matches(template, path));
  const operation = (found?.[1] as Record<string, Described> | undefined)?.[method.toLowerCase()];
  if (found === undefined || operation === undefined) return []; // not one of the API's
  const where = `${method} ${found[0]} ${status}`;
  const content = operation.responses[String(status)]?.content;
  if (content === undefined) return [`${where} is not in the contract`];
  const json = content['application/json'];
  if (json === undefined) return [];
  const code = errorCodeOf(body);
  if (code !== undefined && !(code in json.examples)) return [`${where} has no error ${code}`];
  const pointer = [
    'paths',
    found[0],
    method.toLowerCase(),
    'responses',
    status,
    'content',
    'application/json',
    'schema',
  ];
  const validate = validatorOf(`contract#/${pointer.map(escapePointer).join('/')}`);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${where}: ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function errorCodeOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

function validatorOf(uri: string): ValidateFunction {
  let validate = validators.get(uri);
  if (validate === undefined) {
    validate = ajv.compile({ $ref: uri });
    validators.set(uri, validate);
  }
  return validate;
}

function pathOf(url: string): string {
  const { pathname } = new URL(url, 'http://localhost/api/');
  return pathname.replace(/^\/api/, '');
}

function matches(template: string, path: string): boolean {
  const pattern = template.split('/').map((part) => (part.startsWith('{') ? '[^/]+' : part.replaceAll('.', '\\.')));
  return new RegExp(`^${pattern.join('/')}$`).test(path);
}

function escapePointer(part: string | number): string {
  return encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'));
}
