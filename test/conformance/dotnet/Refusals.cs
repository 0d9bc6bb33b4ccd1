using System.Transactions;
using Azure.Messaging.ServiceBus;
using Azure.Messaging.ServiceBus.Administration;

namespace Checks;

public static class Refusals
{
    public static IEnumerable<Check> All()
    {
        yield return new("sending to a queue that is not there is reported, with its address", async bus =>
        {
            var thrown = await Expect.Fails(ServiceBusFailureReason.MessagingEntityNotFound, () => bus.Send("nowhere", new ServiceBusMessage()));
            Expect.True(thrown.Message.Contains("sb://127.0.0.1:") && thrown.Message.Contains("/nowhere"), $"the address in: {thrown.Message}");
            Expect.True(thrown.Message.Contains("TrackingId:"), $"a tracking id in: {thrown.Message}");
        });

        yield return new("receiving from a queue that is not there is reported", async bus =>
            await Expect.Fails(ServiceBusFailureReason.MessagingEntityNotFound, () => bus.Client.CreateReceiver("nowhere").ReceiveMessageAsync()));

        yield return new("peeking into a queue that is not there is reported", async bus =>
            await Expect.Fails(ServiceBusFailureReason.MessagingEntityNotFound, () => bus.Client.CreateReceiver("nowhere").PeekMessageAsync()));

        yield return new("accepting a session of a queue that is not there is reported", async bus =>
            await Expect.Fails(ServiceBusFailureReason.MessagingEntityNotFound, () => bus.Client.AcceptNextSessionAsync("nowhere")));

        yield return new("a queue with sessions refuses a message without one", async bus =>
            await Expect.Throws<InvalidOperationException>(() => bus.Send(bus.Queue("sessions"), new ServiceBusMessage())));

        yield return new("a queue with sessions refuses a receiver without one", async bus =>
            await Expect.Throws<InvalidOperationException>(() => bus.Client.CreateReceiver(bus.Queue("sessions")).ReceiveMessageAsync(Bus.Briefly)));

        yield return new("a queue without sessions refuses a session receiver", async bus =>
            await Expect.Throws<InvalidOperationException>(() => bus.Client.AcceptSessionAsync(bus.Queue(), "a")));

        yield return new("a wrong key is refused", async bus =>
        {
            var client = bus.NewClient(connection: bus.Connection.Replace("SharedAccessKey=local", "SharedAccessKey=wrong"));
            await Expect.Throws<UnauthorizedAccessException>(() => client.CreateSender(bus.Queue()).SendMessageAsync(new ServiceBusMessage()));
        });

        yield return new("a key of another name is refused", async bus =>
        {
            var client = bus.NewClient(connection: bus.Connection.Replace("SharedAccessKeyName=local", "SharedAccessKeyName=other"));
            await Expect.Throws<UnauthorizedAccessException>(() => client.CreateReceiver(bus.Queue()).PeekMessageAsync());
        });

        yield return new("a transaction is refused as not implemented", async bus =>
        {
            var queue = bus.Queue();
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            var thrown = await Expect.Throws<Exception>(() => bus.Client.CreateSender(queue).SendMessageAsync(new ServiceBusMessage()));
            Expect.True(thrown.ToString().Contains("no transactions"), $"a clear answer in: {thrown.Message}");
        });

        yield return new("a non-exclusive session is refused as not supported", async bus =>
        {
            var options = new ServiceBusSessionReceiverOptions { EnableNonExclusiveSession = true };
            await Expect.Throws<NotSupportedException>(() => bus.Client.AcceptSessionAsync(bus.Queue("sessions"), "a", options));
        });

        yield return new("an administration client gets the answer that administration is not supported", async bus =>
        {
            var thrown = await Expect.Throws<Exception>(() => new ServiceBusAdministrationClient(bus.Connection).GetQueueAsync(bus.Queue()));
            Expect.True(thrown.ToString().Contains("no administration API"), $"a clear answer in: {thrown.Message}");
        });
    }
}
