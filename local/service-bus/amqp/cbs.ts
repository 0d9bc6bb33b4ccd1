import type { Reply } from './requests.ts';
import type { AmqpMessage } from './rhea.ts';
import { int } from './values.ts';

/** The address to which clients bring their tokens (claims-based security). */
export const CBS = '$cbs';

/** Accepts every token: whoever reaches the loopback address may use the emulator. */
export function acceptToken(request: AmqpMessage): Reply {
  const isPutToken = request.application_properties?.operation === 'put-token';
  return {
    properties: {
      'status-code': int(isPutToken ? 202 : 400),
      'status-description': isPutToken ? 'Accepted' : 'Bad Request',
    },
    body: null,
  };
}
