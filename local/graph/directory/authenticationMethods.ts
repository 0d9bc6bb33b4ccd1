interface Method {
  /** Whether it makes a user registered for MFA. Passwords, e-mail and one-off passes do not. */
  readonly mfa: boolean;
  /** Its name in the registration report's `methodsRegistered`; absent for what the report does not list. */
  readonly reportName?: string;
  /** Known to the beta version only. */
  readonly betaOnly?: boolean;
}

/**
 * The authentication methods a user can have. `#microsoft.graph.<name>AuthenticationMethod` is their type in Graph.
 * Source for what counts as MFA: learn.microsoft.com, entra/identity/authentication/concept-authentication-methods.
 * A Temporary Access Pass signs in with MFA, but only for hours, so it is no registration.
 */
const METHODS = {
  password: { mfa: false },
  phone: { mfa: true, reportName: 'mobilePhone' },
  microsoftAuthenticator: { mfa: true, reportName: 'microsoftAuthenticatorPush' },
  fido2: { mfa: true, reportName: 'passKeyDeviceBound' },
  softwareOath: { mfa: true, reportName: 'softwareOneTimePasscode' },
  windowsHelloForBusiness: { mfa: true, reportName: 'windowsHelloForBusiness' },
  email: { mfa: false, reportName: 'email' },
  temporaryAccessPass: { mfa: false, reportName: 'temporaryAccessPass' },
  platformCredential: { mfa: true, reportName: 'macOsSecureEnclaveKey' },
  external: { mfa: true, reportName: 'externalAuthMethod' },
  qrCodePin: { mfa: false },
  passwordlessMicrosoftAuthenticator: { mfa: true, reportName: 'microsoftAuthenticatorPasswordless', betaOnly: true },
  hardwareOath: { mfa: true, reportName: 'hardwareOneTimePasscode', betaOnly: true },
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;

export const METHOD_NAMES = Object.keys(METHODS) as [MethodName, ...MethodName[]];

/** A user's methods as a set of bits, one a method, in the order of METHOD_NAMES. */
export type MethodSet = number;

export function methodSet(names: Iterable<MethodName>): MethodSet {
  let set = 0;
  for (const name of names) set |= 1 << METHOD_NAMES.indexOf(name);
  return set;
}

export function methodNames(set: MethodSet): MethodName[] {
  return METHOD_NAMES.filter((_, bit) => set & (1 << bit));
}

const MFA_METHODS = methodSet(METHOD_NAMES.filter((name) => METHODS[name].mfa));

/** Whether a user with these methods is registered for MFA. */
export function isRegistered(set: MethodSet): boolean {
  return (set & MFA_METHODS) !== 0;
}

export function describeMethod(name: MethodName): Method {
  return METHODS[name];
}
