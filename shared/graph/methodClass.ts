import { type MethodClass, methodClasses } from '../domain/methodClass.ts';

/**
 * The classes by the names of methods, as Graph's types (`fido2AuthenticationMethod`) and the registration report
 * (`passKeyDeviceBound`) have them. The report adds names from time to time, so each pattern matches a family.
 * Sources: https://learn.microsoft.com/graph/api/resources/userregistrationdetails and
 * https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview
 */
const FAMILIES: readonly (readonly [RegExp, MethodClass])[] = [
  [/^(password|email|securityQuestion|temporaryAccessPass|qrCodePin|none)(AuthenticationMethod)?$/i, 'none'],
  [/^(pass-?key|fido|windowsHello|macOs|platformCredential)/i, 'passkeyReady'],
  [/certificate|x509/i, 'certificate'],
  [/phone(AuthenticationMethod)?$|^(sms|voice)/i, 'phoneOnly'],
  [/authenticator|oath|oneTimePasscode|external/i, 'app'],
];

/**
 * The class of a user with these methods.
 * @param names types in Graph, with or without `#microsoft.graph.`, or names in the registration report
 * @returns null when all methods that may count are of unknown kinds
 */
export function methodClassOf(names: readonly string[]): MethodClass | null {
  const found = names.map(classOf);
  const best = Math.max(0, ...found.map((one) => (one === null ? 0 : methodClasses.indexOf(one))));
  return best === 0 && found.includes(null) ? null : (methodClasses[best] ?? null);
}

function classOf(name: string): MethodClass | null {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return FAMILIES.find(([pattern]) => pattern.test(last))?.[1] ?? null;
}
