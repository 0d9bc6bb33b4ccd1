import type { OpenRoute } from '../route.ts';

export const getOpenApiRoute = {
  name: 'getOpenApi',
  method: 'GET',
  path: 'openapi.json',
  tag: 'Service',
  summary: 'Get the contract',
  description: 'The contract of the API, OpenAPI 3.1.',
  roles: null,
  answers: { 200: { description: 'The document.', body: 'Contract' } },
} as const satisfies OpenRoute;

export const getDocsRoute = {
  name: 'getDocs',
  method: 'GET',
  path: 'docs',
  tag: 'Service',
  summary: 'Read the contract',
  description: 'The contract of the API as a page for people.',
  roles: null,
  answers: { 200: { description: 'The page.', body: { type: 'text/html', example: 'docsHtml' } } },
} as const satisfies OpenRoute;

export const getHealthRoute = {
  name: 'getHealth',
  method: 'GET',
  path: 'health',
  tag: 'Service',
  summary: 'See whether the service answers',
  description:
    'Whether the service answers, its version, and whether the setting PROTECTED_USERS names accounts that do not exist. Needs no token.',
  roles: null,
  answers: { 200: { description: 'It answers.', body: 'Health' } },
} as const satisfies OpenRoute;
