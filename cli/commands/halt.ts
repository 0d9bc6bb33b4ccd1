import type { Command } from 'commander';
import { type WriteHaltView, writeHaltSchema } from '../../shared/http/haltView.ts';
import { openSession, type Session, withSession } from '../session.ts';
import { toJson } from '../visible.ts';

/** Adds `halt` and `resume`. */
export function addHalt(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const halt = withSession(program.command('halt'))
    .description(
      'Halts all changes, of all callers, within a minute. Users that were not changed yet wait until mfa resume. To halt twice is no error: the first halt stays.',
    )
    .requiredOption('--reason <text>', 'why, for the audit record; up to 500 characters')
    .addHelpText('after', '\nExamples:\n  mfa halt --reason "An attacker lowers states"')
    .action(({ reason }: { reason: string }) =>
      run(async () => {
        const session = await openSession(halt.optsWithGlobals());
        print(await session.api.post('halt', { reason }, undefined), session);
        return 0;
      }),
    );

  const resume = withSession(program.command('resume'))
    .description('Ends the halt: users that waited are changed within a minute or so.')
    .addHelpText('after', '\nExamples:\n  mfa resume')
    .action(() =>
      run(async () => {
        const session = await openSession(resume.optsWithGlobals());
        print(await session.api.delete('halt'), session);
        return 0;
      }),
    );
}

function print({ body }: { readonly body: unknown }, { terminal, json }: Session): void {
  const found = writeHaltSchema.parse(body);
  terminal.print(json ? toJson(found) : sentence(found));
}

function sentence({ isHalted, isNew, halt }: WriteHaltView): string {
  if (!isHalted) return isNew ? 'Changes continue.' : 'There was no halt: changes continue as before.';
  const { reason, by, sinceDateTime } = halt ?? { reason: '', by: { id: '', name: '' }, sinceDateTime: '' };
  const since = `since ${sinceDateTime.slice(0, 19)}Z, by ${by.name ?? by.id}: ${reason}`;
  return isNew
    ? 'All changes are halted. Users that were not changed yet wait until mfa resume.'
    : `All changes are halted already, ${since}`;
}
