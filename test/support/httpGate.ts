import { createServer, request as forward } from 'node:http';
import { closeNow, listen } from './listen.ts';

/** A proxy between a client and an HTTP server that can answer in place of the server. */
export interface HttpGate {
  readonly port: number;
  /** From now on every request is answered with this status, or passed on where it is undefined. */
  answerWith(status: number | undefined): void;
  close(): Promise<void>;
}

/** @param code the code in the body of an answer of the gate, as Table Storage has it */
export async function startHttpGate(targetPort: number, code = 'Injected'): Promise<HttpGate> {
  let status: number | undefined;
  const server = createServer((request, response) => {
    if (status !== undefined) {
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
    answerWith: (chosen) => {
      status = chosen;
    },
    close: () => closeNow(server),
  };
}
