import type { Settings } from '../config.ts';
import { isFromThisMachine, type Origin } from '../development.ts';
import { RequestError } from '../errors.ts';
import { type Authenticate, type Caller, roles } from './caller.ts';

/** The caller on a developer's machine, where the API needs no token. */
const developer: Caller = {
  actor: { kind: 'user', id: '00000000-0000-0000-0000-000000000000', name: 'local development' },
  roles: new Set(roles),
};

/** @param now milliseconds since 1970 */
export function authenticatorOf(settings: Settings, now: () => number): Authenticate {
  if (settings.API_AUTH === 'development') return letDevelopersIn;
  let verify: Promise<Authenticate> | undefined;
  return async (request) => {
    verify ??= import('./accessToken.ts').then(({ tokenVerifier }) => tokenVerifier(settings, now));
    return (await verify)(request);
  };
}

async function letDevelopersIn(request: Origin): Promise<Caller> {
  if (isFromThisMachine(request)) return developer;
  throw new RequestError(
    401,
    'Unauthorized',
    'The API runs with API_AUTH=development, so it answers only local requests to localhost.',
    { headers: { 'WWW-Authenticate': 'Bearer' } },
  );
}
