import type { RpcTypedData } from '../app/rpc.ts';
import type { HostLog } from '../hostLog.ts';
import type { Invoker } from '../invoker.ts';
import type { Router } from './router.ts';
import { toRpcRequest } from './rpcRequest.ts';
import { emptyAnswer, type HttpAnswer, toHttpAnswer } from './rpcResponse.ts';
import type { ServerRequest } from './serverRequest.ts';

/** The handling of requests. */
export interface HttpFunctions {
  readonly router: Router;
  readonly invoker: Invoker;
  readonly log: HostLog;
}

/**
 * Answers a request with the function on its route. One that fits no route, or none with its method, is answered with
 * 404. When the body cannot be read, the handler throws, or its response cannot be sent, that is an empty 500.
 */
export async function answerWithFunction(
  request: ServerRequest,
  { router, invoker, log }: HttpFunctions,
): Promise<HttpAnswer> {
  const match = router.find(request.method, request.path);
  if (!match) return emptyAnswer(404);
  const traceParent = request.headers.get('traceparent');
  let returnValue: RpcTypedData | null | undefined;
  try {
    const response = await invoker.invoke(match.target, {
      input: async () => ({ http: toRpcRequest(request, match.parameters, await request.readBody()) }),
      ...(traceParent !== undefined && { traceParent }),
    });
    returnValue = response.returnValue;
  } catch {
    // The invoker has logged why.
    return emptyAnswer(500);
  }
  try {
    return toHttpAnswer(returnValue);
  } catch (error) {
    log.host('error', `${match.target.name}: ${(error as Error).message}`);
    return emptyAnswer(500);
  }
}
