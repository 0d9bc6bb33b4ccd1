import { version } from '../version.ts';
import { type ErrorExample, errorsOf } from './errorExamples.ts';
import { examplesOf } from './examples/examplesOf.ts';
import { answerHeaders } from './headers.ts';
import type { ApiParameter, Content, OpenApi, Operation, Response, Schema } from './openApi.ts';
import { type PlacedParameter, placedParameters } from './placedParameters.ts';
import { type GoodAnswer, type Route, type TextBody, tags } from './route.ts';
import { routes } from './routes.ts';
import { inlineSchema, namedSchemas, type SchemaName } from './schemas.ts';

const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; the answer says where and what to do.',
  401: 'There is no access token, or it was not accepted.',
  403: 'The caller lacks the app role that is needed.',
  404: 'There is no such thing.',
  409: 'The request does not fit what there is.',
  411: 'The body did not arrive, because it was sent without Content-Length (Transfer-Encoding: chunked).',
  413: 'The body is too large.',
  429: 'The caller asks for too much at a time. Wait for as long as Retry-After says, then send the same request again.',
  500: 'Something unexpected happened.',
  502: 'Microsoft Graph refused.',
  503: 'Something that the service needs is out of reach. Send the same request again.',
};

/** The contract of the API, OpenAPI 3.1, made of the schemas that read requests and type answers. */
export function openApiDocument(): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes)
    paths[`/${route.path}`] = { ...paths[`/${route.path}`], [route.method.toLowerCase()]: operationOf(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Per-user MFA',
      version,
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

function operationOf(route: Route): Operation {
  const { body, roles } = route;
  const parameters = placedParameters(route);
  const errors = errorsOf(route);
  const statuses = new Set(errors.map(({ status }) => status));
  return {
    operationId: route.name,
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    security: (roles ?? []).map((role) => ({ entra: [role] })),
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterOf) }),
    ...(body === undefined ? {} : { requestBody: { required: body.required, content: contentOf(body.content) } }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, answerOf(answer)])),
      ...Object.fromEntries(
        [...statuses].map((status) => [
          status,
          errorAnswer(
            status,
            errors.filter((error) => error.status === status),
          ),
        ]),
      ),
    },
  };
}

function parameterOf({ name, in: place, description, schema, required, example }: PlacedParameter): ApiParameter {
  return {
    name,
    in: place,
    required: required ?? place === 'path',
    description,
    schema: inlineSchema(schema),
    example,
  };
}

function answerOf({ description, body, example, headers = [] }: GoodAnswer): Response {
  return {
    description,
    ...(headers.length === 0
      ? {}
      : { headers: Object.fromEntries(headers.map((name) => [name, answerHeaders[name]])) }),
    content: contentOf(body, example),
  };
}

/** @param example the one that fits; all of them, when missing */
function contentOf(body: SchemaName | TextBody, example?: string): Content {
  const examples = examplesOf(body, example);
  return typeof body === 'string'
    ? { 'application/json': { schema: ref(body), examples } }
    : { [body.type]: { schema: { type: 'string' }, examples } };
}

function errorAnswer(status: number, errors: readonly ErrorExample[]): Response {
  const examples = Object.fromEntries(errors.map(({ code, summary, value }) => [code, { summary, value }]));
  const codes = errors.map(({ code }) => `\`${code}\``).join(', ');
  return {
    description: `${ERRORS[status]} ${errors.length === 1 ? 'Code' : 'Codes'}: ${codes}.`,
    headers: {
      'x-ms-error-code': {
        description: 'The code of the error.',
        schema: { type: 'string' },
        example: errors[0]?.code ?? '',
      },
      ...(status === 401 ? { 'WWW-Authenticate': answerHeaders['WWW-Authenticate'] } : {}),
      ...(status === 429 || status === 503 ? { 'Retry-After': answerHeaders['Retry-After'] } : {}),
    },
    content: { 'application/json': { schema: ref('Error'), examples } },
  };
}

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
