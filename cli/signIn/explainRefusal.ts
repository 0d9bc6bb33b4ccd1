/**
 * Remedies for the common errors of Entra. Source: learn.microsoft.com/entra/identity-platform/reference-error-codes.
 */
const REMEDIES: Readonly<Record<string, string>> = {
  AADSTS50020: 'The account is not in this tenant. Sign in with an account of the tenant.',
  AADSTS50076: 'The tenant requires multifactor authentication. Sign in again with mfa login.',
  AADSTS50079: 'The tenant requires you to register for multifactor authentication. Sign in with mfa login.',
  AADSTS50105: 'You have no role of the API. Ask an administrator to assign one under Enterprise applications.',
  AADSTS50173: 'The sign-in was revoked. Sign in again with mfa login.',
  AADSTS53003:
    'Conditional Access blocks this sign-in. Sign in with a browser instead of a device code, on a device that the policies allow.',
  AADSTS65001:
    'The application that signs in may not use the API yet. Ask an administrator to add its client id under App registrations, Expose an API.',
  AADSTS65004: 'The sign-in was declined.',
  AADSTS70019: 'The code has expired. Start again.',
  AADSTS700016: 'The application that signs in is not in the tenant. Check --client-id and --tenant.',
  AADSTS700082: 'The sign-in has expired. Sign in again with mfa login.',
  AADSTS7000218: 'The application that signs in is not a public client. Allow public client flows in its registration.',
  AADSTS90002: 'The tenant does not exist. Check --tenant.',
  AADSTS500011:
    'The API is not in the tenant. Set --audience to its App ID URI, for example api://TENANT_ID/per-user-mfa-prod, or to its client id.',
  AADSTS900023: 'The tenant id is not valid. Check --tenant.',
};

/** The first sentence of Entra's message, with its code, and the remedy. */
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
