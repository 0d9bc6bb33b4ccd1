import { type PlacedParameter, placedParameters } from './placedParameters.ts';
import { answerHeaders, type GoodAnswer, type Route, tags } from './route.ts';
import { routes } from './routes.ts';
import { inlineSchema, namedSchemas } from './schemas.ts';

type Json = Record<string, unknown>;

const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; the answer says where and what to do.',
  401: 'There is no access token, or it was not accepted.',
  403: 'The caller lacks the app role that is needed.',
  404: 'There is no such thing.',
  409: 'The request does not fit what there is.',
  411: 'The body did not arrive, because it was sent without Content-Length (Transfer-Encoding: chunked).',
  413: 'The body is too large.',
  500: 'Something unexpected happened.',
  502: 'Microsoft Graph refused.',
  503: 'Something that the service needs is out of reach. Send the same request again.',
};

/** The contract of the API, OpenAPI 3.1, made of the schemas that read requests and type answers. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes)
    paths[`/${route.path}`] = { ...paths[`/${route.path}`], [route.method.toLowerCase()]: operationOf(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Per-user MFA',
      version: '1.0.0',
      description:
        'Changes the per-user multifactor authentication state of Microsoft Entra users, in bulk and on the record.',
      contact: { name: 'The administrators of this installation' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api', description: 'The function app that serves this document.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        entra: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'An access token of Microsoft Entra ID for this API. The roles listed with an endpoint are app roles; the caller needs one of them.',
        },
      },
    },
  };
}

function operationOf(route: Route): Json {
  const { body, roles } = route;
  const parameters = placedParameters(route);
  return {
    operationId: route.name,
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    security: (roles ?? []).map((role) => ({ entra: [role] })),
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterOf) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.required,
            content: {
              'application/json': { schema: ref(body.schema) },
              ...(body.csv ? { 'text/csv': { schema: { type: 'string' } } } : {}),
            },
          },
        }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, answerOf(answer)])),
      ...Object.fromEntries(errorsOf(route).map((status) => [status, errorAnswer(status)])),
    },
  };
}

/** The statuses of the errors that an endpoint answers with. */
export function errorsOf({ roles, errors = [] }: Route): number[] {
  return [...errors, ...(roles === null ? [] : [400, 401, 403, 503]), 500]
    .filter((status, index, all) => all.indexOf(status) === index)
    .sort((a, b) => a - b);
}

function parameterOf({ name, in: place, description, schema }: PlacedParameter): Json {
  return { name, in: place, required: place === 'path', description, schema: inlineSchema(schema) };
}

function answerOf({ description, body, headers = [] }: GoodAnswer): Json {
  const content =
    typeof body === 'string'
      ? { 'application/json': { schema: ref(body) } }
      : Object.fromEntries(body.map((type) => [type, { schema: type.endsWith('json') ? {} : { type: 'string' } }]));
  return {
    description,
    ...(headers.length === 0
      ? {}
      : {
          headers: Object.fromEntries(
            headers.map((name) => [name, { description: answerHeaders[name], schema: { type: 'string' } }]),
          ),
        }),
    content,
  };
}

function errorAnswer(status: number): Json {
  return {
    description: ERRORS[status],
    headers: { 'x-ms-error-code': { description: 'The code of the error.', schema: { type: 'string' } } },
    content: { 'application/json': { schema: ref('Error') } },
  };
}

function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}
