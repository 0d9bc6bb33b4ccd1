import { openApiDocument } from './document.ts';
import { examplesOf } from './examples/examplesOf.ts';
import { type PlacedParameter, placedParameters } from './placedParameters.ts';
import type { Route, TextBody } from './route.ts';
import { routes } from './routes.ts';
import { inlineSchema, type SchemaName } from './schemas.ts';

type Json = Record<string, unknown>;

/** Endpoints that a workflow has no use for: lists are better for it than files. */
const LEFT_OUT = new Set(['getOpenApi', 'getDocs', 'getHealth', 'requestStateChangeFromCsv', 'exportAuditNdjson']);
/** Endpoints that accept work: the workflow engine follows their header Location until the work is done. */
const LONG_RUNNING = new Set(['requestStateChange', 'retryOperation', 'undoOperation']);
/** Where callers sign in. The registration of the API is for one tenant, so `common` would refuse them. */
const AUTHORITY = 'https://login.microsoftonline.com/TENANT_ID/oauth2';

/**
 * The contract for a custom connector of Power Automate and Logic Apps: Swagger 2.0, which is what they take, with
 * Microsoft's extensions (learn.microsoft.com/connectors/custom-connectors/openapi-extensions). The host and TENANT_ID
 * are placeholders: replace them with those of the installation.
 */
export function connectorDocument(): Json {
  const openApi = openApiDocument();
  const offered = routes.filter(({ name }) => !LEFT_OUT.has(name));
  const paths: Record<string, Json> = {};
  for (const route of offered)
    paths[`/${route.path}`] = { ...paths[`/${route.path}`], [route.method.toLowerCase()]: connectorOperation(route) };
  const definitions = mapValues(openApi.components.schemas, toSwagger);
  const { license: _, ...info } = openApi.info;
  return {
    swagger: '2.0',
    info: { ...info, license: { name: 'MIT', url: 'https://opensource.org/license/mit' } },
    host: 'contoso-mfa.azurewebsites.net',
    basePath: '/api',
    schemes: ['https'],
    consumes: ['application/json'],
    produces: ['application/json'],
    tags: openApi.tags.filter(({ name }) => offered.some(({ tag }) => tag === name)),
    paths,
    definitions: usedDefinitions(paths, definitions),
    securityDefinitions: {
      entra: {
        type: 'oauth2',
        flow: 'accessCode',
        authorizationUrl: `${AUTHORITY}/authorize`,
        tokenUrl: `${AUTHORITY}/token`,
        scopes: {},
      },
    },
    security: [{ entra: [] }],
  };
}

/** The definitions that are referred to, by themselves too. */
function usedDefinitions(paths: Json, definitions: Readonly<Record<string, Json>>): Record<string, Json> {
  const used = new Set<string>();
  const look = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/definitions\/(\w+)"/g))
      if (!used.has(name)) {
        used.add(name);
        look(definitions[name]);
      }
  };
  look(paths);
  return Object.fromEntries(Object.entries(definitions).filter(([name]) => used.has(name)));
}

function connectorOperation(route: Route): Json {
  const parameters = placedParameters(route);
  const lists = Object.values(route.answers).some(({ body }) => typeof body === 'string' && body.endsWith('List'));
  return {
    operationId: route.name,
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    'x-ms-visibility': 'important',
    ...(lists ? { 'x-ms-pageable': { nextLinkName: 'nextLink' } } : {}),
    ...(LONG_RUNNING.has(route.name)
      ? {
          'x-ms-long-running-operation': true,
          'x-ms-long-running-operation-options': { 'final-state-via': 'location' },
        }
      : {}),
    ...textTypes(route),
    parameters: [
      ...parameters.map(connectorParameter),
      ...(route.body === undefined
        ? []
        : [
            {
              name: 'body',
              in: 'body',
              required: route.body.required,
              'x-ms-summary': 'Request',
              description: 'What is asked for.',
              schema: schemaOf(route.body.content),
            },
          ]),
    ],
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, { description, body, example }]) => [
          status,
          { description, schema: schemaOf(body), examples: { [typeOf(body)]: exampleOf(body, example) } },
        ]),
      ),
      default: { description: 'What went wrong.', schema: { $ref: '#/definitions/Error' } },
    },
  };
}

/** What an endpoint produces when it is not JSON. */
function textTypes({ answers }: Route): Json {
  const types = Object.values(answers).flatMap(({ body }) => (typeof body === 'string' ? [] : [body.type]));
  return types.length === 0 ? {} : { produces: types };
}

function schemaOf(body: SchemaName | TextBody): Json {
  return typeof body === 'string' ? { $ref: `#/definitions/${body}` } : { type: 'string' };
}

function typeOf(body: SchemaName | TextBody): string {
  return typeof body === 'string' ? 'application/json' : body.type;
}

/** Swagger 2.0 has one example for a media type. */
function exampleOf(body: SchemaName | TextBody, name: string | undefined): unknown {
  return Object.values(examplesOf(body, name))[0]?.value;
}

function connectorParameter({ name, in: place, summary, description, schema, required }: PlacedParameter): Json {
  return {
    name,
    in: place,
    required: required ?? place === 'path',
    'x-ms-summary': summary,
    description,
    // Names of users have characters that must not be taken for parts of the address.
    ...(place === 'path' ? { 'x-ms-url-encoding': 'single' } : {}),
    ...toSwagger(inlineSchema(schema)),
  };
}

/**
 * Keywords of JSON Schema that Swagger 2.0 does not know, and `pattern`: it may use Unicode classes, which other
 * engines read differently, and the API checks it anyway.
 */
const UNKNOWN = new Set(['propertyNames', 'contentMediaType', '$comment', 'pattern']);

/** A JSON Schema 2020-12 in the older words of Swagger 2.0. */
function toSwagger(schema: Json): Json {
  const nullable = withoutNull(schema);
  if (nullable !== undefined) return { ...toSwagger(nullable), 'x-nullable': true };
  return Object.fromEntries(Object.entries(schema).flatMap(([key, value]) => toSwaggerKeyword(key, value)));
}

/** One keyword in the words of Swagger 2.0: none, one or more of them. */
function toSwaggerKeyword(key: string, value: unknown): [string, unknown][] {
  if (UNKNOWN.has(key)) return [];
  switch (key) {
    case '$ref':
      return [[key, String(value).replace('#/components/schemas/', '#/definitions/')]];
    case 'type':
      if (!Array.isArray(value)) return [[key, value]];
      return [
        [key, value.find((type) => type !== 'null')],
        ['x-nullable', true],
      ];
    case 'anyOf':
      return Object.entries(commonType(value as Json[]));
    case 'examples':
      return Array.isArray(value) ? [['example', value[0]]] : [];
    case 'enum':
      return Array.isArray(value) ? [[key, value.filter((word) => word !== null)]] : [];
    case 'const':
      return [['enum', [value]]];
    case 'properties':
      return [[key, mapValues(value as Record<string, Json>, (property, name) => titled(toSwagger(property), name))]];
    case 'items':
    case 'additionalProperties':
      return [[key, typeof value === 'object' ? toSwagger(value as Json) : value]];
    default:
      return [[key, value]];
  }
}

/** Designers show a title for each field. */
function titled(property: Json, name: string): Json {
  if ('$ref' in property) return property;
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return { ...property, 'x-ms-summary': words.charAt(0).toUpperCase() + words.slice(1) };
}

/** Swagger 2.0 has no alternatives; several kinds of text become text. */
function commonType(alternatives: readonly Json[]): Json {
  const [first, ...others] = alternatives.map(({ type }) => type);
  return first !== undefined && others.every((type) => type === first) ? { type: first } : {};
}

/** The schema without null, if it allows null; Swagger 2.0 has no such type. */
function withoutNull(schema: Json): Json | undefined {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return undefined;
  const others = (anyOf as Json[]).filter(({ type }) => type !== 'null');
  const [only] = others;
  return others.length === 1 && anyOf.length === 2 ? { ...rest, ...only } : undefined;
}

function mapValues<T, U>(object: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
