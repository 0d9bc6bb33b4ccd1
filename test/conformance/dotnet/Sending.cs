using Azure.Core.Amqp;
using Azure.Messaging.ServiceBus;

namespace Checks;

public static class Sending
{
    public static IEnumerable<Check> All()
    {
        yield return new("a message that is sent is received, with all that its sender set", async bus =>
        {
            var queue = bus.Queue();
            var sent = new ServiceBusMessage("body")
            {
                MessageId = "id", ContentType = "text/plain", CorrelationId = "correlation", Subject = "subject", To = "to",
                ReplyTo = "reply", ReplyToSessionId = "replySession", PartitionKey = "partition",
                TimeToLive = TimeSpan.FromHours(1),
            };
            sent.ApplicationProperties["a"] = 1;
            await bus.Send(queue, sent);
            var got = await bus.Client.CreateReceiver(queue).One();
            Expect.Equal(got.Body.ToString(), "body");
            Expect.Equal(got.MessageId, "id");
            Expect.Equal(got.ContentType, "text/plain");
            Expect.Equal(got.CorrelationId, "correlation");
            Expect.Equal(got.Subject, "subject");
            Expect.Equal(got.To, "to");
            Expect.Equal(got.ReplyTo, "reply");
            Expect.Equal(got.ReplyToSessionId, "replySession");
            Expect.Equal(got.PartitionKey, "partition");
            Expect.Equal(got.TimeToLive, TimeSpan.FromHours(1));
            Expect.Equal(got.ApplicationProperties["a"], (object)1);
            Expect.Equal(got.DeliveryCount, 1, "the first delivery");
            Expect.Equal(got.State, ServiceBusMessageState.Active);
            Expect.Equal(got.SequenceNumber, 1);
            Expect.True(got.LockedUntil > DateTimeOffset.UtcNow, "a lock");
        });

        yield return new("messages that are sent together arrive in their order", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, Messages(0, 50));
            var got = await bus.Client.CreateReceiver(queue).Many(50);
            Expect.Sequence(got.Select(message => message.Body.ToString()), Messages(0, 50).Select(message => message.Body.ToString()));
        });

        yield return new("a batch arrives whole", async bus =>
        {
            var queue = bus.Queue();
            var sender = bus.Client.CreateSender(queue);
            using var batch = await sender.CreateMessageBatchAsync();
            foreach (var message in Messages(0, 200)) Expect.True(batch.TryAddMessage(message), "room");
            await sender.SendMessagesAsync(batch);
            Expect.Equal((await bus.Client.CreateReceiver(queue).Many(200)).Count, 200);
        });

        yield return new("a thousand messages on the way at once all arrive", async bus =>
        {
            var queue = bus.Queue();
            var sender = bus.Client.CreateSender(queue);
            await Task.WhenAll(Messages(0, 1000).Select(message => sender.SendMessageAsync(message)));
            Expect.Equal(await bus.Control.Count(queue, "active"), 1000);
        });

        yield return new("an empty body and a missing id are no trouble", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, new ServiceBusMessage());
            var got = await bus.Client.CreateReceiver(queue).One();
            Expect.Equal(got.Body.ToArray().Length, 0);
            Expect.True(got.MessageId.Length > 0, "an id");
        });

        yield return new("bodies may be values", async bus =>
        {
            var queue = bus.Queue();
            var message = new ServiceBusMessage();
            message.GetRawAmqpMessage().Body = AmqpMessageBody.FromValue(42L);
            await bus.Send(queue, message);
            var got = await bus.Client.CreateReceiver(queue).One();
            Expect.True(got.GetRawAmqpMessage().Body.TryGetValue(out var value), "a value");
            Expect.Equal(value, (object)42L);
        });

        yield return new("bodies may be sequences", async bus =>
        {
            var queue = bus.Queue();
            var message = new ServiceBusMessage();
            message.GetRawAmqpMessage().Body = AmqpMessageBody.FromSequence([[1, "two"]]);
            await bus.Send(queue, message);
            var got = await bus.Client.CreateReceiver(queue).One();
            Expect.True(got.GetRawAmqpMessage().Body.TryGetSequence(out var sequence), "a sequence");
            Expect.Sequence(sequence!.Single(), [1, "two"]);
        });

        yield return new("a duplicate is dropped, alone and in a batch", async bus =>
        {
            var queue = bus.Queue("duplicates");
            await bus.Send(queue, new ServiceBusMessage("1") { MessageId = "a" });
            await bus.Send(queue, new ServiceBusMessage("2") { MessageId = "a" });
            await bus.Send(queue, new ServiceBusMessage("3") { MessageId = "a" }, new ServiceBusMessage("4") { MessageId = "b" });
            Expect.Equal(await bus.Control.Count(queue, "active"), 2);
            Expect.Equal(await bus.Control.Count(queue, "duplicatesDropped"), 2);
        });

        yield return new("a duplicate of a completed message is dropped too", async bus =>
        {
            var queue = bus.Queue("duplicates");
            var (receiver, message) = await bus.Locked(queue, new ServiceBusMessage("1") { MessageId = "a" });
            await receiver.CompleteMessageAsync(message);
            await bus.Send(queue, new ServiceBusMessage("2") { MessageId = "a" });
            Expect.Equal(await bus.Control.Count(queue, "active"), 0);
        });
    }

    public static ServiceBusMessage[] Messages(int from, int count, string? session = null) =>
        [.. Enumerable.Range(from, count).Select(number => new ServiceBusMessage(number.ToString()) { SessionId = session })];
}
