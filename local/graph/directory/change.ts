import { z } from 'zod';
import { METHOD_NAMES } from './authenticationMethods.ts';
import { MFA_STATES } from './mfaState.ts';

const at = z.number();
const userId = z.string();

/** One thing that happened to the directory after it was generated. Times are milliseconds since 1970. */
export const changeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('state'),
    at,
    userId,
    from: z.enum(MFA_STATES),
    to: z.enum(MFA_STATES),
    appliedBy: z.enum(['client', 'entra', 'control']),
    appId: z.string(),
    requestId: z.string(),
    clientRequestId: z.string(),
    batchItemId: z.string().optional(),
  }),
  z.object({ kind: z.literal('registration'), at, userId, methods: z.array(z.enum(METHOD_NAMES)) }),
  z.object({ kind: z.literal('deletion'), userId }),
]);

export type DirectoryChange = z.infer<typeof changeSchema>;
export type StateWrite = Extract<DirectoryChange, { kind: 'state' }>;
