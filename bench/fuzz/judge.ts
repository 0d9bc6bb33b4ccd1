import { z } from 'zod';
import type { Role } from '../../shared/http/caller.ts';
import type { FuzzRequest } from './request.ts';
import type { FuzzAnswer } from './send.ts';

const errorSchema = z.strictObject({
  error: z.strictObject({
    code: z.string().min(1),
    message: z.string().min(1),
    target: z.string().optional(),
    details: z
      .array(z.strictObject({ code: z.string(), message: z.string(), target: z.string().optional() }))
      .optional(),
  }),
});
const acceptedSchema = z.object({ id: z.uuid(), targetState: z.string().nullable() });

/** Text that an error answer must never contain. */
const LEAKS = /eyJ[\w-]{10}|node_modules|\n\s+at |[\w.]+@\w+\.\w/;

/** Routes that need no token. */
const OPEN = /^\/api\/(health|openapi\.json|docs)$/i;

/** The fault of an answer; undefined for a right answer. */
export function judge(request: FuzzRequest, answer: FuzzAnswer): string | undefined {
  const { status, headers, body } = answer;
  if (status >= 500) return `status ${status}`;
  const code = headers['x-ms-error-code'];
  if (status >= 400 && code === undefined)
    return request.mayEndAtHost && body === '' ? undefined : `an error (${status}) that does not name itself`;
  if (status >= 400 && request.method !== 'HEAD') {
    const error = errorSchema.safeParse(parse(body));
    if (!error.success) return `an error (${status}) of another shape`;
    if (error.data.error.code !== code) return 'an error whose header says something else';
    if (LEAKS.test(body)) return 'an error that shows too much';
  }
  if (status === 401 && headers['www-authenticate'] === undefined) return '401 without WWW-Authenticate';
  const isOpen = code === 'RouteNotFound' || code === 'MethodNotAllowed' || OPEN.test(request.path.split('?')[0] ?? '');
  if (request.credential.roles === null && status !== 401 && !isOpen) return `${status} for who is not known`;
  const accepted = acceptedOf(request, answer);
  if (accepted !== undefined && !accepted.oneOf.some((role) => request.credential.roles?.includes(role)))
    return 'accepted without the role';
  return undefined;
}

/** The id of the operation that was accepted with an answer, if it was one, and the roles of which one is needed. */
export function acceptedOf(
  { method, path }: FuzzRequest,
  { status, body }: FuzzAnswer,
): { readonly id: string | undefined; readonly oneOf: readonly Role[] } | undefined {
  if (status !== 202 || method !== 'POST') return undefined;
  const [plain = ''] = path.split('?');
  if (/\/(sweeps|mails\/retry)$/i.test(plain)) return { id: undefined, oneOf: ['MfaState.Strengthen'] };
  const { id, targetState } = acceptedSchema.parse(parse(body));
  if (/\/cancel$/i.test(plain)) return { id, oneOf: ['MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken'] };
  if (/\/(retry|undo)$/i.test(plain)) return { id, oneOf: ['MfaState.Read'] };
  if (/\/(approve|reject)$/i.test(plain)) return { id, oneOf: ['MfaState.Approve'] };
  return { id, oneOf: [targetState === 'disabled' ? 'MfaState.Weaken' : 'MfaState.Strengthen'] };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
