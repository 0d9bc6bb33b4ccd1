// Changes the user in args[1] through the API at args[0], and prints how it ended.
using Mfa;

var api = new MfaClient(new HttpClient()) { BaseUrl = args[0] };
var request = new StateChangeRequest { State = StateChangeRequestState.Enabled, Users = [args[1]], Reason = "A client" };
var operation = await api.RequestStateChangeAsync(null, request);
while (operation.Status is OperationStatus.NotStarted or OperationStatus.Running)
{
    await Task.Delay(200);
    operation = await api.GetOperationAsync(operation.Id);
}
var items = await api.ListOperationItemsAsync(operation.Id, null, null);
AuditEntryList audit;
do
{
    await Task.Delay(200);
    audit = await api.ListAuditAsync(null, operation.Id, null, null, null, null, null, null, null);
} while (audit.Value.Count < 2); // accepted, then changed
Console.WriteLine($"{operation.Status} {items.Value.First().Outcome} {audit.Value.First().Event}");
