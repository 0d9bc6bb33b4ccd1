import type { HttpResponseInit } from '@azure/functions';

/** 200 with a value as JSON. */
export function ok(value: object): HttpResponseInit {
  return { status: 200, jsonBody: value };
}

/** 202 with a value as JSON. */
export function accepted(value: object): HttpResponseInit {
  return { status: 202, jsonBody: value };
}
