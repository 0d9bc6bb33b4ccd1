import { app } from '@azure/functions';
import { resendMailsRoute } from '../shared/contract/routes/mails.ts';
import { endpoint } from '../shared/host/endpoint.ts';
import { accepted } from '../shared/http/ok.ts';
import { operationOf } from '../shared/http/parameters.ts';
import { resendView } from '../shared/http/resendView.ts';
import { requestResend } from '../shared/notifications/resendMails.ts';

app.http(
  resendMailsRoute.name,
  endpoint(resendMailsRoute, async ({ request, deps }) => {
    const { id } = await operationOf(request, deps.operations);
    return accepted(resendView(id, await requestResend(id, deps)));
  }),
);
