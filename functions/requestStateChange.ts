import { app } from '@azure/functions';
import { InvalidRequestError } from '../shared/errors.ts';
import { type Call, endpoint } from '../shared/host/endpoint.ts';
import { mediaType, parseJson, readText } from '../shared/http/body.ts';
import { requireRole } from '../shared/http/caller.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationIdOf, readQuery } from '../shared/http/parameters.ts';
import { acceptStateChange } from '../shared/stateChange/accept.ts';
import { readCsvRequest } from '../shared/stateChange/csv.ts';
import { readStateChangeRequest, type StateChangeRequest } from '../shared/stateChange/request.ts';

app.http('requestStateChange', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'state-changes',
  handler: endpoint(null, async (call) => {
    const { caller, deps, baseUrl } = call;
    requireRole(caller, 'MfaState.Strengthen', 'MfaState.Weaken');
    const request = await readRequest(call);
    requireRole(caller, request.state === 'disabled' ? 'MfaState.Weaken' : 'MfaState.Strengthen');
    const operation = await acceptStateChange(
      {
        id: operationIdOf(call.request),
        kind: 'stateChange',
        request,
        actor: caller.actor,
        mayWeaken: caller.roles.has('MfaState.Weaken'),
      },
      deps,
    );
    return acceptedResponse(operation, await deps.progress.read(operation), baseUrl);
  }),
});

async function readRequest({ request }: Call): Promise<StateChangeRequest> {
  switch (mediaType(request)) {
    case 'application/json':
      readQuery(request);
      return readStateChangeRequest(parseJson(await readText(request)));
    case 'text/csv':
      return readCsvRequest(await readText(request), new URLSearchParams([...request.query]));
    default:
      throw new InvalidRequestError('Send application/json, or text/csv with a column "user".', {
        code: 'UnsupportedContentType',
        target: 'Content-Type',
      });
  }
}
