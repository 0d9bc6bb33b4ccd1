using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;

namespace Checks;

public static class SessionProcessors
{
    public static IEnumerable<Check> All()
    {
        foreach (var concurrent in new[] { 1, 8, 64 })
        {
            yield return new($"a processor of {concurrent} sessions at once takes each session in order, each message once", bus =>
                Process(bus, concurrent, sessions: Math.Max(4, concurrent * 2), perSession: 10));
        }

        yield return new("5,000 messages in 200 sessions arrive in order and exactly once", bus =>
            Process(bus, 64, sessions: 200, perSession: 25), Alone: true);

        yield return new("a processor finds sessions that appear later", async bus =>
        {
            var queue = bus.Queue("sessions");
            await using var processor = Started(bus, queue, 8, _ => { });
            await processor.StartProcessingAsync();
            foreach (var id in new[] { "a", "b", "c" })
            {
                var before = await bus.Control.Count(queue, "completed");
                await bus.Send(queue, Sending.Messages(0, 2, id));
                await bus.Control.Until(queue, "completed", before + 2);
            }
            await processor.StopProcessingAsync();
        });

        yield return new("a processor gives its sessions back when it stops", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 1, "a"));
            await using var processor = Started(bus, queue, 2, _ => { });
            await processor.StartProcessingAsync();
            await bus.Control.Until(queue, "completed", 1);
            await processor.StopProcessingAsync();
            await processor.CloseAsync();
            await Wait.Until(async () =>
            {
                try
                {
                    await bus.Client.AcceptSessionAsync(queue, "a");
                    return true;
                }
                catch (ServiceBusException held) when (held.Reason == ServiceBusFailureReason.SessionCannotBeLocked)
                {
                    return false;
                }
            }, "the session to be free");
        });
    }

    private static async Task Process(Bus bus, int concurrent, int sessions, int perSession)
    {
        var queue = bus.Queue("sessions");
        var seen = new ConcurrentDictionary<string, ConcurrentQueue<string>>();
        foreach (var chunk in Enumerable.Range(0, sessions).Chunk(20))
        {
            await bus.Send(queue, [.. Enumerable.Range(0, perSession).SelectMany(number =>
                chunk.Select(id => new ServiceBusMessage(number.ToString()) { SessionId = $"s{id}" }))]);
        }
        await using var processor = Started(bus, queue, concurrent, message =>
            seen.GetOrAdd(message.SessionId, _ => new()).Enqueue(message.Body.ToString()));
        await processor.StartProcessingAsync();
        await bus.Control.Until(queue, "completed", sessions * perSession);
        await processor.StopProcessingAsync();
        Expect.Equal(seen.Count, sessions, "the number of sessions");
        var expected = Enumerable.Range(0, perSession).Select(number => number.ToString()).ToList();
        foreach (var bodies in seen.Values) Expect.Sequence(bodies, expected);
        // A session that is closed for being idle may give a message back that just came; that is no second attempt.
        Expect.Equal(await bus.Control.Count(queue, "redelivered"), 0, "deliveries after a first attempt");
    }

    private static ServiceBusSessionProcessor Started(Bus bus, string queue, int concurrent, Action<ServiceBusReceivedMessage> see)
    {
        var processor = bus.Client.CreateSessionProcessor(queue, new ServiceBusSessionProcessorOptions
        {
            MaxConcurrentSessions = concurrent,
            SessionIdleTimeout = TimeSpan.FromMilliseconds(200),
        });
        processor.ProcessMessageAsync += message =>
        {
            see(message.Message);
            return Task.CompletedTask;
        };
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        return processor;
    }
}
