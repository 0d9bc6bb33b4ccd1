/** What to do about errors of Entra that people meet. Source: learn.microsoft.com/entra/identity-platform/reference-error-codes. */
const REMEDIES: Readonly<Record<string, string>> = {
  AADSTS50020: 'The account is not in this tenant: sign in with one that is.',
  AADSTS50076: 'The tenant requires multifactor authentication: sign in anew with mfa login.',
  AADSTS50079: 'The tenant requires you to register for multifactor authentication: sign in with mfa login.',
  AADSTS50105: 'You are assigned no role of the API: an administrator assigns one under Enterprise applications.',
  AADSTS50173: 'The sign-in has been revoked: sign in anew with mfa login.',
  AADSTS53003:
    'Conditional Access blocks this sign-in: sign in with a browser instead of a device code, on a device that the policies allow.',
  AADSTS65001:
    'The application that signs in may not use the API yet: an administrator adds its client id under App registrations, Expose an API.',
  AADSTS65004: 'The sign-in was declined.',
  AADSTS70019: 'The code has expired: start again.',
  AADSTS700016: 'The tenant does not know the application that signs in: check --client-id and --tenant.',
  AADSTS700082: 'The sign-in has expired: sign in anew with mfa login.',
  AADSTS7000218: 'The application that signs in is no public client: allow public client flows in its registration.',
  AADSTS90002: 'There is no such tenant: check --tenant.',
  AADSTS500011:
    'The tenant does not know this API: --audience must be its App ID URI, such as api://TENANT_ID/per-user-mfa-prod, or its client id.',
  AADSTS900023: 'This is no tenant: check --tenant.',
};

/** The first sentence of what Entra said, with its code, and what to do about it. */
export function explainRefusal(message: string): string {
  const code = /AADSTS\d+/.exec(message)?.[0];
  const said = code === undefined ? message : message.slice(message.indexOf(code));
  const [line = ''] = said
    .replace(/[\s-]*(Trace ID|Correlation ID|Timestamp):[\s\S]*$/, '')
    .trim()
    .split(/\r?\n/, 1);
  const remedy = code === undefined ? undefined : REMEDIES[code];
  return [line.replace(/\.?$/, '.'), ...(remedy === undefined ? [] : [remedy])].join(' ');
}
