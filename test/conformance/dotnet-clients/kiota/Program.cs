// Changes the user in args[1] through the API at args[0], and prints how it ended.
using Mfa;
using Mfa.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider()) { BaseUrl = args[0] };
var api = new MfaClient(adapter);
var request = new StateChangeRequest { State = StateChangeRequest_state.Enabled, Users = [args[1]], Reason = "A client" };
var operation = await api.StateChanges.PostAsync(request);
var id = operation!.Id!.Value;
while (operation!.Status is Operation_status.NotStarted or Operation_status.Running)
{
    await Task.Delay(200);
    operation = await api.Operations[id].GetAsync();
}
var items = await api.Operations[id].Items.GetAsync();
AuditEntryList? audit;
do
{
    await Task.Delay(200);
    audit = await api.Audit.GetAsync(get => get.QueryParameters.Operation = id);
} while (audit!.Value!.Count < 2); // accepted, then changed
Console.WriteLine($"{operation.Status} {items!.Value![0].Outcome} {audit.Value[0].Event}");
