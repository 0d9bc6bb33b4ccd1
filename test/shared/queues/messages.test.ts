import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UnprocessableMessageError } from '../../../shared/errors.ts';
import { changeMessageSchema, planMessageSchema, readMessage } from '../../../shared/queues/messages.ts';

it('reads the messages of every operation id that the API accepts, also of no UUID version', () => {
  const anyId = '12345678-1234-1234-1234-123456789012';
  expect(readMessage(planMessageSchema, { version: 1, operationId: anyId, page: 0 }).operationId).toBe(anyId);
  const change = { version: 1, operationId: anyId, chunk: 'chunk-00000-07-000' };
  expect(readMessage(changeMessageSchema, change)).toEqual(change);
});

it('refuses whatever this service did not write, and does not repeat it', () => {
  fc.assert(
    fc.property(fc.anything(), (body) => {
      expect(() => readMessage(planMessageSchema, body)).toThrow(UnprocessableMessageError);
    }),
  );
  expect(() => readMessage(planMessageSchema, { version: 2, operationId: 'secret', page: -1 })).toThrow(
    'version, operationId, page cannot be read',
  );
});
