using Azure.Messaging.ServiceBus;

namespace Checks;

public static class Sessions
{
    public static IEnumerable<Check> All()
    {
        yield return new("a named session gives its own messages in order", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 3, "a"));
            await bus.Send(queue, Sending.Messages(9, 1, "b"));
            var session = await bus.Client.AcceptSessionAsync(queue, "a");
            Expect.Equal(session.SessionId, "a");
            Expect.Sequence((await session.Many(3)).Select(message => message.Body.ToString()), ["0", "1", "2"]);
            Expect.True(session.SessionLockedUntil > DateTimeOffset.UtcNow.AddSeconds(30), "a lock");
        });

        yield return new("the next session is one that has messages", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 1, "a"));
            Expect.Equal((await bus.Client.AcceptNextSessionAsync(queue)).SessionId, "a");
        });

        yield return new("a receiver that waits for the next session gets it when a message arrives", async bus =>
        {
            var queue = bus.Queue("sessions");
            var waiting = bus.Client.AcceptNextSessionAsync(queue);
            await bus.Send(queue, Sending.Messages(0, 1, "late"));
            Expect.Equal((await (await waiting).One()).SessionId, "late");
        });

        yield return new("a receiver that waits for the next session in vain gets a timeout", async bus =>
        {
            var client = bus.NewClient(tryTimeout: TimeSpan.FromSeconds(1));
            await Expect.Fails(ServiceBusFailureReason.ServiceTimeout, () => client.AcceptNextSessionAsync(bus.Queue("sessions")));
        });

        yield return new("a held session is refused to others until it is closed", async bus =>
        {
            var queue = bus.Queue("sessions");
            var session = await bus.Client.AcceptSessionAsync(queue, "a");
            await Expect.Fails(ServiceBusFailureReason.SessionCannotBeLocked, () => bus.Client.AcceptSessionAsync(queue, "a"));
            await session.CloseAsync();
            await bus.Client.AcceptSessionAsync(queue, "a");
        });

        yield return new("closing a session gives its messages back, which were no deliveries", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 1, "a"));
            var session = await bus.Client.AcceptSessionAsync(queue, "a");
            await session.One();
            await session.CloseAsync();
            Expect.Equal((await (await bus.Client.AcceptSessionAsync(queue, "a")).One()).DeliveryCount, 1);
        });

        yield return new("ids of sessions do not distinguish upper and lower case", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 1, "Lane-A"));
            await bus.Send(queue, Sending.Messages(1, 1, "lane-a"));
            var session = await bus.Client.AcceptSessionAsync(queue, "LANE-A");
            Expect.Sequence((await session.Many(2)).Select(message => message.SessionId), ["Lane-A", "lane-a"]);
            await Expect.Fails(ServiceBusFailureReason.SessionCannotBeLocked, () => bus.Client.AcceptSessionAsync(queue, "lane-a"));
        });

        yield return new("a session keeps its state", async bus =>
        {
            var queue = bus.Queue("sessions");
            var session = await bus.Client.AcceptSessionAsync(queue, "a");
            Expect.Equal(await session.GetSessionStateAsync(), null);
            await session.SetSessionStateAsync(new BinaryData("state"));
            await session.CloseAsync();
            var again = await bus.Client.AcceptSessionAsync(queue, "a");
            Expect.Equal((await again.GetSessionStateAsync()).ToString(), "state");
            await again.SetSessionStateAsync(null);
            Expect.Equal(await again.GetSessionStateAsync(), null);
        });

        yield return new("sessions can be listed", async bus =>
        {
            var queue = bus.Queue("sessions");
            foreach (var id in new[] { "a", "b", "c" }) await bus.Send(queue, Sending.Messages(0, 1, id));
            Expect.Sequence((await All(bus.Client.GetMessageSessionsAsync(queue))).Order(), ["a", "b", "c"]);
        });

        yield return new("more sessions than a page holds can be listed", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, [.. Enumerable.Range(0, 300).Select(number => new ServiceBusMessage { SessionId = $"s{number}" })]);
            Expect.Equal((await All(bus.Client.GetMessageSessionsAsync(queue))).Distinct().Count(), 300);
        });

        yield return new("sessions can be listed by when their state was set", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 1, "stateless"));
            var before = DateTimeOffset.UtcNow.AddSeconds(-1);
            var session = await bus.Client.AcceptSessionAsync(queue, "stateful");
            await session.SetSessionStateAsync(new BinaryData("state"));
            Expect.Sequence(await All(bus.Client.GetMessageSessionsAsync(queue, before)), ["stateful"]);
            Expect.Sequence(await All(bus.Client.GetMessageSessionsAsync(queue, DateTimeOffset.UtcNow.AddHours(1))), Array.Empty<string>());
        });

        yield return new("no sessions are listed where there are none", async bus =>
            Expect.Equal((await All(bus.Client.GetMessageSessionsAsync(bus.Queue("sessions")))).Count, 0));

        yield return new("messages of a session can be deferred, scheduled and dead-lettered", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 2, "a"));
            var session = await bus.Client.AcceptSessionAsync(queue, "a");
            var messages = await session.Many(2);
            await session.DeferMessageAsync(messages[0]);
            await session.DeadLetterMessageAsync(messages[1], "why");
            var deferred = await session.ReceiveDeferredMessageAsync(messages[0].SequenceNumber);
            await session.CompleteMessageAsync(deferred);
            Expect.Equal((await bus.DeadLetters(queue).One()).SessionId, "a");
            var sender = bus.Client.CreateSender(queue);
            await sender.ScheduleMessageAsync(Sending.Messages(0, 1, "a")[0], DateTimeOffset.UtcNow.AddMilliseconds(300));
            await session.One();
        });

        yield return new("peeking in a session shows its messages only", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 2, "a"));
            await bus.Send(queue, Sending.Messages(5, 2, "b"));
            var session = await bus.Client.AcceptSessionAsync(queue, "b");
            Expect.Sequence((await session.PeekMessagesAsync(9)).Select(message => message.Body.ToString()), ["5", "6"]);
        });
    }

    private static async Task<List<string>> All(IAsyncEnumerable<string> ids)
    {
        var all = new List<string>();
        await foreach (var id in ids) all.Add(id);
        return all;
    }
}
