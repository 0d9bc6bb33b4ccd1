import { Failure } from '../failure.ts';
import { explainRefusal } from './explainRefusal.ts';

/**
 * Gets a token like other Azure tools: from the environment, a workload identity, a managed identity or az login.
 * @throws Failure with the reason why each of them failed, and with Entra's error code
 */
export async function tokenOfAzureTools(scope: string): Promise<string> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  try {
    const token = await new DefaultAzureCredential().getToken(scope);
    if (token !== null) return token.token;
  } catch (cause) {
    throw new Failure(
      'SignInFailed',
      `Sign-in failed.\n${reasons(cause)
        .map((reason) => `  ${reason}`)
        .join('\n')}\nSign in with one of these commands:`,
      {
        cause,
        commands: SUGGESTED,
      },
    );
  }
  throw new Failure('SignInFailed', 'The sign-in returned no token. Sign in with one of these commands:', {
    commands: SUGGESTED,
  });
}

/** Many tenants have no Azure subscription, and az rejects those without this option. */
const SUGGESTED = ['mfa login', 'az login --tenant TENANT --allow-no-subscriptions'];

/** The reason why each way to sign in failed, one line for each. */
function reasons(error: unknown): string[] {
  const each = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
  const texts = each.map((one: unknown) => (one instanceof Error ? one.message : String(one)));
  // A refusal by Entra is more useful than the note that another way was not available.
  const refusals = texts.filter((text) => /AADSTS\d+/.test(text));
  return [
    ...new Set([
      ...refusals.map(explainRefusal),
      ...texts.filter((text) => !refusals.includes(text)).map(firstSentence),
    ]),
  ];
}

function firstSentence(text: string): string {
  const [line = ''] = text.replace(/^(CredentialUnavailableError|Error): /, '').split(/\r?\n/, 1);
  return line.replace(/\s*To (troubleshoot|mitigate)[\s\S]*$/, '').trim();
}
