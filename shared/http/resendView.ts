import { z } from 'zod';

/** The answer to a request that sends failed mails again. */
export const resendSchema = z.object({
  operationId: z.string().describe('Id of the operation.'),
  mails: z.number().int().describe('Mails that had failed and are sent again; 0 when none has failed.'),
});
export type ResendView = z.infer<typeof resendSchema>;

export function resendView(operationId: string, mails: number): ResendView {
  return { operationId, mails };
}
