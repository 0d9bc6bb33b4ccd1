import { Argument, type Command } from 'commander';
import { COMPLETE_COMMAND, candidates } from '../completion/candidates.ts';
import { completionScripts, type Shell, shells } from '../completion/scripts.ts';

/** Adds `completion`, and the hidden command that its scripts call. */
export function addCompletion(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  program
    .command('completion')
    .description('Prints a script for your shell that completes commands, options and values.')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  source <(mfa completion bash)
  source <(mfa completion zsh)
  mfa completion fish > ~/.config/fish/completions/mfa.fish
  mfa completion powershell | Out-String | Invoke-Expression`,
    )
    .action((shell: Shell) =>
      run(async () => {
        process.stdout.write(completionScripts[shell]);
        return 0;
      }),
    );

  program
    .command(COMPLETE_COMMAND, { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action((words: string[]) =>
      run(async () => {
        const typed = words.map((word) => word.replace(/^typed:/, ''));
        for (const candidate of candidates(program, typed)) console.log(candidate);
        return 0;
      }),
    );
}
