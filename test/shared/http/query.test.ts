import { HttpRequest } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import type { GuardedRoute, Parameters } from '../../../shared/contract/route.ts';
import { requestStateChangeRoute } from '../../../shared/contract/routes/operations.ts';
import { routes } from '../../../shared/contract/routes.ts';
import { InvalidRequestError } from '../../../shared/errors.ts';
import { readQuery } from '../../../shared/http/query.ts';

const CSV = { 'Content-Type': 'text/csv; charset=utf-8' };
const guarded = routes.filter((route): route is GuardedRoute => route.roles !== null);

const requestOf = (query: string, headers: Record<string, string> = CSV): HttpRequest =>
  new HttpRequest({ method: 'POST', url: `http://localhost/api/x?${query}`, headers });

function faultOf(query: string, parameters: (() => Parameters) | undefined, headers?: Record<string, string>) {
  try {
    readQuery(requestOf(query, headers), parameters);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error;
    throw error;
  }
  throw new Error(`The query was accepted: ${query}`);
}

describe('the query of every route', () => {
  it.each(guarded)('$name takes no parameter that it does not describe', ({ query }) => {
    const fault = faultOf('force=1', query);
    expect([fault.target, fault.details]).toEqual([
      'force',
      [
        {
          code: 'UnknownParameter',
          message: expect.stringMatching(/is not a parameter.*remove it/),
          target: 'force',
        },
      ],
    ]);
    for (const name of Object.keys(query?.() ?? {})) expect(fault.message).toContain(name);
  });

  const parameters = guarded.flatMap((route) =>
    Object.entries(route.query?.() ?? {}).map(([name, { schema }]) => ({
      route: route.name,
      name,
      schema,
      query: route.query,
    })),
  );

  it.each(parameters)('$route names what is wrong with $name, in words of its own', ({ name, query }) => {
    for (const value of ['', 'x'.repeat(5_000), '2026-13-01', 'Enabled']) {
      const text = `${name}=${value}`;
      let fault: InvalidRequestError;
      try {
        fault = faultOf(text, query);
      } catch {
        continue; // a value that is as good as any
      }
      expect(fault.details).toHaveLength(1);
      expect(fault.target?.replace(/\[\d+\]$/, '')).toBe(name);
      expect(fault.message).toMatch(/ must (be|have|not) /);
      expect(fault.message).not.toMatch(/Invalid (input|option|string)|expected|Too (big|small)|undefined/);
    }
    expect(() => readQuery(requestOf(`${name}=${'x'.repeat(5_000)}`), query), 'too long').toThrow(InvalidRequestError);
  });

  it.each(parameters)('$route takes $name once', ({ name, query }) => {
    expect(faultOf(`${name}=a&${name}=a`, query).details).toContainEqual({
      code: 'Invalid',
      message: 'is given more than once',
      target: name,
    });
  });

  it('names each fault, and the present name of a parameter that was renamed', () => {
    const query = routes.find(({ name }) => name === 'listOperations');
    if (query === undefined || query.roles === null) throw new Error('There is no such route');
    expect(faultOf('after=newest-000000000000001', query.query).message).toMatch(/after is now called page/);
    const both = faultOf('after=x&force=1', query.query);
    expect(both.details.map(({ target }) => target)).toEqual(['after', 'force']);
    expect(both.message).toContain('1 more');
  });
});

describe('the options of a CSV file', () => {
  const { query } = requestStateChangeRoute;

  it('are read as JSON would have them', () => {
    const text = 'state=enforced&reason=Audit+2026&notify=true&acknowledge=weaken,conditionalAccess';
    expect(readQuery(requestOf(text), query)).toEqual({
      state: 'enforced',
      reason: 'Audit 2026',
      notify: true,
      acknowledge: ['weaken', 'conditionalAccess'],
    });
  });

  it.each([
    ['notify', 'notify=1'],
    ['acknowledge[1]', 'acknowledge=weaken,all'],
    ['users', 'users=a@b.c'],
    ['state', 'state=on'],
  ])('name the fault at %s', (target, text) => {
    expect(faultOf(text, query).target).toBe(target);
  });

  it('are not taken with JSON', () => {
    expect(faultOf('state=enabled', query, { 'Content-Type': 'application/json' }).target).toBe('state');
  });
});
