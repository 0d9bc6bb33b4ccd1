import { describe, expect, it } from 'vitest';
import { namedSchemas, requestSchemas } from '../../shared/contract/schemas.ts';
import { InvalidRequestError } from '../../shared/errors.ts';
import { readBody } from '../../shared/faults.ts';

interface PropertySchema {
  readonly type: 'string' | 'boolean' | 'array';
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly items?: PropertySchema;
}

/** A request that each schema takes. */
const VALID: Readonly<Record<keyof typeof requestSchemas, object>> = {
  StateChangeRequest: { state: 'enabled', users: ['alice@contoso.com'], reason: 'Onboarding' },
  RetryRequest: {},
  ApprovalRequest: { reason: 'Confirmed by phone' },
  UndoRequest: { reason: 'Wrong list' },
  HaltRequest: { reason: 'An attack' },
};
/** Words of the schema library, which say nothing to a caller. */
const FOREIGN =
  /invalid (input|option|string|value)|expected|received|too (big|small)|nullish|undefined|NaN|unrecognized/i;
const WRONG_TYPES = [17, null, {}, [[]], Number.NaN];

function faultOf(name: keyof typeof requestSchemas, body: unknown): InvalidRequestError {
  try {
    readBody<unknown>(requestSchemas[name], body);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error;
    throw error;
  }
  throw new Error(`The request was accepted: ${JSON.stringify(body)}`);
}

/** What a property must not be, with the target and the code of the fault that it makes. */
function wrongValues(name: string, schema: PropertySchema): [string, string, unknown][] {
  // A wrong entry of users fails for itself, and the request is accepted.
  const elements = schema.items && name !== 'users' ? wrongValues(`${name}[0]`, schema.items) : [];
  const valid = schema.items?.enum?.[0] ?? 'alice@contoso.com';
  return [
    ...WRONG_TYPES.filter((value) => schema.type !== 'array' || !Array.isArray(value)).map(
      (value): [string, string, unknown] => [name, 'WrongType', value],
    ),
    ...(schema.type === 'string' ? [] : [[name, 'WrongType', 'yes'] as [string, string, unknown]]),
    ...(schema.enum || schema.format ? [[name, 'Invalid', 'Sales'] as [string, string, unknown]] : []),
    ...(schema.maxLength ? [[name, 'Invalid', 'x'.repeat(schema.maxLength + 1)] as [string, string, unknown]] : []),
    ...(schema.pattern ? [[name, 'Invalid', 'a bell \u0007'] as [string, string, unknown]] : []),
    ...(schema.maxItems
      ? [[name, 'Invalid', Array(schema.maxItems + 1).fill(valid)] as [string, string, unknown]]
      : []),
    ...(schema.minItems ? [[name, 'Invalid', []] as [string, string, unknown]] : []),
    ...elements.map(([target, code, value]): [string, string, unknown] => [target, code, [value]]),
  ];
}

const named = namedSchemas() as Record<string, { properties: Record<string, PropertySchema>; required?: string[] }>;
const cases = (Object.keys(requestSchemas) as (keyof typeof requestSchemas)[]).flatMap((request) => {
  const { properties, required = [] } = named[request] ?? { properties: {} };
  return [
    ...required.map((name) => ({ request, property: name, target: name, code: 'Missing', value: undefined })),
    ...Object.entries(properties).flatMap(([property, schema]) =>
      wrongValues(property, schema).map(([target, code, value]) => ({ request, property, target, code, value })),
    ),
    { request, property: 'force', target: 'force', code: 'UnknownProperty', value: true },
  ];
});

describe('a fault of a request', () => {
  it.each(cases)(
    '($request, $target: $code) is reported once, in words of the field',
    ({ request, property, target, code, value }) => {
      const others = property === 'group' ? { users: undefined } : {};
      const fault = faultOf(request, { ...VALID[request], ...others, [property]: value });
      expect(fault.details.map((detail) => [detail.target, detail.code])).toEqual([[target, code]]);
      expect(fault.target).toBe(target);
      expect(fault.message).toMatch(
        / (must (be|have|not|name)|is missing: (it must be|give)|is unknown: remove it, or use one of) /,
      );
      expect(fault.message).not.toMatch(FOREIGN);
    },
  );

  it.each([null, [], 'text', 17])('of the whole body (%j) is reported for the body', (body) => {
    const fault = faultOf('StateChangeRequest', body);
    expect(fault.details).toEqual([{ code: 'WrongType', message: 'must be an object', target: 'body' }]);
  });

  it('is reported with the others', () => {
    const fault = faultOf('StateChangeRequest', { state: 'on', users: ['alice@contoso.com'], force: true });
    expect(fault.details.map(({ target, code }) => [target, code])).toEqual([
      ['state', 'Invalid'],
      ['reason', 'Missing'],
      ['force', 'UnknownProperty'],
    ]);
    expect(fault.message).toBe(
      'The request is not valid: state must be one of disabled, enabled, enforced. 2 more: see details.',
    );
  });
});
