import { expect } from 'vitest';
import type { ErrorBody, ListBody, Reply } from './api.ts';
import type { App } from './app.ts';

/** All pages of a list, from the one at an address on. */
export async function pagesOf<T>(app: App, path: string): Promise<T[][]> {
  const pages: T[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, body }: Reply<ListBody<T>> = await app.get<ListBody<T>>(next);
    expect([next, status]).toEqual([next, 200]);
    pages.push(body.value);
    next = body.nextLink;
  }
  return pages;
}

/** A token with its last letter changed: in the position that it stands for. */
export function altered(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  return Buffer.from(text.replace(/.(?="\]$)/, (letter) => (letter === '0' ? '1' : '0'))).toString('base64url');
}

/** Each address must be answered with 400, in the one shape of errors, and name the parameter that is wrong. */
export async function expectAllToBeRefused(app: App, wrong: readonly (readonly [string, string])[]): Promise<void> {
  const answers: unknown[] = [];
  for (const [path] of wrong) {
    const { status, headers, body } = await app.get<ErrorBody>(path);
    answers.push([path, status, headers.get('x-ms-error-code'), body.error?.target]);
  }
  expect(answers).toEqual(wrong.map(([path, target]) => [path, 400, 'InvalidRequest', target]));
}
