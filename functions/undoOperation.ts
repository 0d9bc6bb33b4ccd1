import { app } from '@azure/functions';
import { undoOperationRoute } from '../shared/contract/routes/operations.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { recordingRefusal } from '../shared/host/recordRefusal.ts';
import { requesterOf, requireRightToRead, requireRightToUndo } from '../shared/http/operationRight.ts';
import { acceptedResponse } from '../shared/http/operationView.ts';
import { operationIdOf, operationOf } from '../shared/http/parameters.ts';
import { undoOf } from '../shared/http/stateChangeBody.ts';
import { changesOf, undoChanges } from '../shared/stateChange/undo.ts';

app.http(
  undoOperationRoute.name,
  endpoint(undoOperationRoute, async ({ request, caller, deps, baseUrl }) => {
    const original = await operationOf(request, deps.operations);
    const id = operationIdOf(request);
    const undo = { id, request: await undoOf(request), ...requesterOf(caller) };
    const { reason, dryRun } = undo.request;
    const related = { related: original.id, requestedBy: original.actor };
    const asked = { action: 'undo', actor: caller.actor, operationId: id, ...related, reason, dryRun } as const;
    const accepted = await recordingRefusal(asked, deps, async () => {
      requireRightToRead(caller, 'An undo');
      const changes = await changesOf(original, deps);
      requireRightToUndo(caller, changes);
      return undoChanges(original, changes, undo, deps);
    });
    return acceptedResponse(accepted, await deps.progress.read(accepted), baseUrl);
  }),
);
