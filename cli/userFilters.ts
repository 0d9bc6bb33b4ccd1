import { type Command, InvalidArgumentError, Option } from 'commander';
import { facetWords } from '../shared/users/userFacets.ts';
import { queryOf } from './lists.ts';

/** The options that select users in lists and exports. */
export interface UserFilters {
  readonly state?: string;
  readonly registered?: string;
  readonly type?: string;
  readonly accountEnabled?: string;
  readonly administrator?: string;
  readonly method?: string;
  readonly licensed?: string;
  readonly enabledBefore?: string;
  readonly search?: string;
}

/** Adds the options that select users. */
export function withUserFilters(command: Command): Command {
  return command
    .addOption(words('--state <states>', 'only users in these states', facetWords.state))
    .addOption(
      words('--registered <word>', 'only users with (true) or without (false) a method for MFA', facetWords.registered),
    )
    .addOption(words('--type <types>', 'only members or guests', facetWords.userType))
    .addOption(
      words(
        '--account-enabled <word>',
        'only users who may (true) or may not (false) sign in',
        facetWords.accountEnabled,
      ),
    )
    .addOption(
      words(
        '--administrator <word>',
        'only users with (true) or without (false) a directory role',
        facetWords.administrator,
      ),
    )
    .addOption(words('--method <classes>', 'only users whose strongest method is one of these', facetWords.methodClass))
    .addOption(words('--licensed <word>', 'only users with (true) or without (false) a licence', facetWords.licensed))
    .option('--enabled-before <time>', 'only users who have been enabled since before this date or time')
    .option('--search <text>', 'only users with this text in their user principal name, display name or object id');
}

/** The query of a list or an export. */
export function userQuery(
  { state, registered, type, accountEnabled, administrator, method, licensed, enabledBefore, search }: UserFilters,
  more: Readonly<Record<string, string>> = {},
): string {
  return queryOf({
    state,
    registered,
    userType: type,
    accountEnabled,
    administrator,
    methodClass: method,
    licensed,
    enabledBeforeDateTime: enabledBefore,
    q: search,
    ...more,
  });
}

/** An option that takes one word or several, with commas between them. */
function words(flags: string, description: string, allowed: readonly string[]): Option {
  const option = new Option(flags, description).choices(allowed);
  return option.argParser((text: string) => {
    if (text.split(',').every((word) => allowed.includes(word))) return text;
    throw new InvalidArgumentError(`Allowed choices are ${allowed.join(', ')}, with commas between several.`);
  });
}
