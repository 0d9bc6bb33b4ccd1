import type { HttpResponseInit } from '@azure/functions';
import document from '../../openapi.json' with { type: 'json' };
import type { OpenApi } from './openApi.ts';
import { docsPage } from './page/docsPage.ts';

/** The contract as it was committed with this version. The app loads it on the first request for it. */
export const contract: object = document;

let page: ReturnType<typeof docsPage> | undefined;

/** 200 with the contract as a page for people. */
export function docs(): HttpResponseInit {
  // The document is the one that openApiDocument() wrote; a test compares them.
  page ??= docsPage(document as unknown as OpenApi);
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': page.contentSecurityPolicy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
    body: page.html,
  };
}
