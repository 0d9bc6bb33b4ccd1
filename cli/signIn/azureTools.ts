import { Failure } from '../failure.ts';
import { explainRefusal } from './explainRefusal.ts';

/**
 * A token as Azure's tools get one: environment, workload identity, managed identity, az login.
 * @throws Failure with the reason of each of them, and with Entra's own code
 */
export async function tokenOfAzureTools(scope: string): Promise<string> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  try {
    const token = await new DefaultAzureCredential().getToken(scope);
    if (token !== null) return token.token;
  } catch (cause) {
    throw new Failure(
      'SignInFailed',
      `Signing in failed.\n${reasons(cause)
        .map((reason) => `  ${reason}`)
        .join('\n')}\nSign in with one of these:`,
      {
        cause,
        commands: SUGGESTED,
      },
    );
  }
  throw new Failure('SignInFailed', 'Signing in gave no token. Sign in with one of these:', { commands: SUGGESTED });
}

/** A tenant without Azure subscriptions is usual here, and az refuses those unless it is told otherwise. */
const SUGGESTED = ['mfa login', 'az login --tenant TENANT --allow-no-subscriptions'];

/** Why each way to sign in did not work, a line for each. */
function reasons(error: unknown): string[] {
  const each = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
  const texts = each.map((one: unknown) => (one instanceof Error ? one.message : String(one)));
  // Entra's answer to one that got so far says more than all that were not there.
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
