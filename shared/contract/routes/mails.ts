import type { GuardedRoute } from '../route.ts';

export const resendMailsRoute = {
  name: 'resendMails',
  method: 'POST',
  path: 'operations/{operationId}/mails/retry',
  tag: 'Operations',
  summary: 'Send the failed mails of an operation again',
  description:
    'Sends the mails to users of the operation that Microsoft Graph refused, for example because a permission was missing. Each is sent if the user still needs it. A mail that the user may have received is not sent again.',
  roles: ['MfaState.Strengthen'],
  answers: { 202: { description: 'How many mails are sent again.', body: 'MailResend' } },
  errors: ['OperationNotFound'],
} as const satisfies GuardedRoute;
