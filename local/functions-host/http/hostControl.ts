import { emptyAnswer, type HttpAnswer, jsonAnswer } from './rpcResponse.ts';

/** The actions of the platform on a host. */
export interface HostControl {
  /** Permanently stops receiving messages and running timers, as in a scale-in. HTTP continues. */
  drain(): void;
  readonly isDraining: boolean;
  /** Invocations that have not ended. */
  readonly outstanding: number;
  /** Ends the worker with all its work, and starts the app again. */
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
