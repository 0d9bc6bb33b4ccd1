import { describeMethod, METHOD_NAMES, type MethodName, methodNames } from '../directory/authenticationMethods.ts';
import { randomGuid, seededRandom } from '../directory/random.ts';
import { contextUrl } from '../odata/page.ts';
import type { Tenant } from '../tenant.ts';
import { BOTH_VERSIONS, ok, type Route, readCost } from './route.ts';
import { userOf } from './userOf.ts';
import { createdDateTime } from './userResource.ts';

/** Every user's password, mobile phone and e-mail have these ids. */
const WELL_KNOWN_IDS: Partial<Record<MethodName, string>> = {
  password: '28c10230-6103-485e-b985-444c60001490',
  phone: '3179e48a-750b-4051-897c-87b9720928f7',
  email: '3ddfcfc8-9383-446f-83cc-3ab9be4be18f',
};

/** `GET /users/{id}/authentication/methods` */
export const listAuthenticationMethods: Route = {
  name: 'authenticationMethods.list',
  method: 'GET',
  pattern: 'users/*/authentication/methods',
  versions: BOTH_VERSIONS,
  permissions: ['UserAuthenticationMethod.Read.All', 'UserAuthenticationMethod.ReadWrite.All'],
  cost: readCost(1),
  answer: (context) => {
    const { directory } = context.tenant;
    const user = userOf(context);
    const names = methodNames(directory.methods(user)).filter(
      (name) => context.request.version === 'beta' || describeMethod(name).betaOnly !== true,
    );
    const location = context.location(`users('${directory.id(user)}')/authentication/methods`);
    return ok({
      '@odata.context': contextUrl(location),
      value: names.map((name) => methodResource(context.tenant, user, name)),
    });
  },
};

function methodResource({ directory }: Tenant, user: number, name: MethodName): object {
  const at = directory.registeredAt(user, name);
  const random = seededRandom(user * METHOD_NAMES.length + METHOD_NAMES.indexOf(name));
  return {
    '@odata.type': `#microsoft.graph.${name}AuthenticationMethod`,
    id: WELL_KNOWN_IDS[name] ?? randomGuid(random),
    createdDateTime: at === undefined ? createdDateTime(user) : new Date(at).toISOString(),
    ...(name === 'phone'
      ? { phoneNumber: `+1 555010${String(user % 10_000).padStart(4, '0')}`, phoneType: 'mobile' }
      : {}),
    ...(name === 'microsoftAuthenticator' ? { displayName: 'Phone', phoneAppVersion: '6.2407.5108' } : {}),
  };
}
