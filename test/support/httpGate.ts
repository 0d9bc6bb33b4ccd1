import { createServer, request as forward } from 'node:http';
import { closeNow, listen } from './listen.ts';

/** A proxy between a client and an HTTP server that can answer in place of the server. */
export interface HttpGate {
  readonly port: number;
  /**
   * From now on requests are answered with this status, or passed on where it is undefined.
   * @param only requests whose path matches; all by default
   */
  answerWith(status: number | undefined, only?: RegExp): void;
  /** How many requests the gate has answered in place of the server. */
  readonly answered: number;
  close(): Promise<void>;
}

const EVERY = /^/;

/** @param code the code in the body of an answer of the gate, as Table Storage has it */
export async function startHttpGate(targetPort: number, code = 'Injected'): Promise<HttpGate> {
  let status: number | undefined;
  let only = EVERY;
  let answered = 0;
  const server = createServer((request, response) => {
    if (status !== undefined && only.test(decodeURIComponent(request.url ?? ''))) {
      answered++;
      request.resume();
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'Injected.' } } }));
      return;
    }
    const { method, headers, url: path } = request;
    const forwarded = forward({ host: '127.0.0.1', port: targetPort, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.once('error', () => request.socket.destroy());
    request.pipe(forwarded);
  });
  const { port } = await listen(server);
  return {
    port,
    get answered() {
      return answered;
    },
    answerWith: (chosen, matching = EVERY) => {
      status = chosen;
      only = matching;
    },
    close: () => closeNow(server),
  };
}
