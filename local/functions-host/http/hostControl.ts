import { emptyAnswer, type HttpAnswer, jsonAnswer } from './rpcResponse.ts';

/** What the platform does to a host. */
export interface HostControl {
  /** Stops taking messages and timers for good, as when instances are scaled in. HTTP goes on. */
  drain(): void;
  readonly isDraining: boolean;
  /** Invocations that have not ended. */
  readonly outstanding: number;
  /** Takes the worker away, with whatever runs in it, and starts the app anew. */
  restart(): void;
}

/**
 * The part of the host's own interface that the platform calls below `/admin/host`: `POST drain`, `GET drain/status`
 * and `POST restart`. Each post is answered with 202 at once.
 * @param path below `/admin/host`, in lower case
 * @returns undefined for anything else
 */
export function answerHostControl(
  control: HostControl,
  method: string,
  path: readonly string[],
): HttpAnswer | undefined {
  const what = `${method} ${path.join('/')}`;
  if (what === 'POST drain') {
    control.drain();
    return emptyAnswer(202);
  }
  if (what === 'GET drain/status') {
    const { isDraining, outstanding } = control;
    const state = !isDraining ? 'Disabled' : outstanding === 0 ? 'Completed' : 'InProgress';
    return jsonAnswer(200, { state, outstandingInvocations: outstanding, outstandingRetries: 0 });
  }
  if (what === 'POST restart') {
    control.restart();
    return emptyAnswer(202);
  }
  return undefined;
}
