import { address, ids } from './examples/people.ts';
import type { Header } from './openApi.ts';
import type { HeaderName } from './route.ts';

const uri = { type: 'string', format: 'uri' };
const operation = `${address}/operations/${ids.operation}`;

/** Headers of answers, and what they tell. */
export const answerHeaders: Readonly<Record<HeaderName, Header>> = {
  'Operation-Location': {
    description: 'Where the operation stands, always with status 200.',
    schema: uri,
    example: operation,
  },
  Location: {
    description: 'The result of the operation: 202 until it has finished, then 200.',
    schema: uri,
    example: `${operation}/result`,
  },
  'Operation-Id': {
    description: 'The id of the operation.',
    schema: { type: 'string', format: 'uuid' },
    example: ids.operation,
  },
  'Retry-After': {
    description: 'Seconds to wait before asking again.',
    schema: { type: 'integer', minimum: 0 },
    example: 2,
  },
  Link: {
    description: 'Where the file continues, as `<address>; rel="next"`; missing on its last part.',
    schema: { type: 'string' },
    example: `<${address}/audit/export?page=WyI1c0dwS3FyUVRfT2JZV2VxIiwiMjAiXQ>; rel="next"`,
  },
  'WWW-Authenticate': {
    description: 'Where to get a token.',
    schema: { type: 'string' },
    example:
      'Bearer authorization_uri="https://login.microsoftonline.com/8a1f0b2c-3d4e-4f5a-8b6c-7d8e9f0a1b2c/oauth2/v2.0/authorize"',
  },
};
