import { exitCodes, Failure } from './failure.ts';
import { tell } from './tell.ts';

/** Ends the command with a message when standard output fails, and without one when its reader has gone (`| head`). */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.done);
    tell(
      new Failure('OutputNotWritten', `The results cannot be written (${error.code ?? error.message}).`, {
        cause: error,
      }),
    );
    process.exit(exitCodes.error);
  });
  // Standard error is closed too.
  process.stderr.on('error', () => {});
}
