import type { Child, Ended } from '../child.ts';
import { busControl } from '../service-bus/busControl.ts';
import type { Stack } from '../stack.ts';

/** Ctrl-C on a process group reaches the parts too, on Windows: only then does a part end before this process stops it. */
const SIGNAL_FIRST_MS = 250;

/** Stops everything in order, once: on Ctrl-C, on a signal, and when a part of the stack ends by itself. */
export class Supervisor {
  #stopping = false;
  readonly #starting: Promise<Stack>;
  readonly #keepsTables: boolean;

  /** @param options.keepsTables whether what is in tables outlives the messages in Service Bus */
  constructor(starting: Promise<Stack>, { keepsTables }: { readonly keepsTables: boolean }) {
    this.#starting = starting;
    this.#keepsTables = keepsTables;
    process.once('SIGINT', () => this.#stopOnSignal());
    process.once('SIGTERM', () => this.#stopOnSignal());
    starting.then(
      (stack) => this.#watch(stack),
      () => {}, // the caller of the start gets the error
    );
  }

  /** Whether everything is being stopped: whatever fails from now on is no news. */
  get stopping(): boolean {
    return this.#stopping;
  }

  #stopOnSignal(): void {
    this.#stopping = true;
    this.#stop(0, async (stack) => {
      if (this.#keepsTables) await warnOfMessages(stack);
    });
  }

  #watch({ parts }: Stack): void {
    this.#watchPart('Azurite', parts.azurite);
    this.#watchPart('The Service Bus emulator', parts.serviceBus);
    this.#watchPart('The Graph simulator', parts.graph);
    for (const host of parts.hosts) this.#watchPart('The Functions host', host);
  }

  #watchPart(name: string, child: Child): void {
    void child.ended.then((ended) => setTimeout(() => this.#partEnded(name, child.pid, ended), SIGNAL_FIRST_MS));
  }

  #partEnded(name: string, pid: number, ended: Ended): void {
    if (this.#stopping) return;
    this.#stopping = true;
    console.error(`\n${endText(name, pid, ended)}\nStopping the other parts.`);
    this.#stop(1, async () => {});
  }

  /** Asks for what is worth telling before the stack is closed, and ends this process. */
  #stop(exitCode: number, before: (stack: Stack) => Promise<void>): void {
    this.#starting
      .then(async (stack) => {
        await before(stack);
        await stack.close();
      })
      .then(
        () => process.exit(exitCode),
        (error: unknown) => {
          console.error(error instanceof Error ? error.message : String(error));
          process.exit(1);
        },
      );
  }
}

/** What to tell of a part that ended by itself. */
export function endText(name: string, pid: number, { code, signal, lastLines }: Ended): string {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const said = lastLines.length === 0 ? 'It wrote no lines.' : 'Its last lines:';
  return [`${name} (process ${pid}) ended ${how}. ${said}`, ...lastLines.map((line) => `  ${line}`)].join('\n');
}

/** Tables are kept and messages are not, so unfinished operations stay as they are. */
async function warnOfMessages({ serviceBusControlUrl }: Stack): Promise<void> {
  const left = await busControl(serviceBusControlUrl).messagesLeft();
  if (left === 0) return;
  console.error(
    `${left} ${left === 1 ? 'message is' : 'messages are'} left in Service Bus and not kept: unfinished operations stay unfinished. Send their requests again after the next start.`,
  );
}
