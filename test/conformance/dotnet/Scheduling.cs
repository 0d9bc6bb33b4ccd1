using Azure.Messaging.ServiceBus;

namespace Checks;

public static class Scheduling
{
    public static IEnumerable<Check> All()
    {
        yield return new("a scheduled message comes when it is due, and says that it was scheduled", async bus =>
        {
            var queue = bus.Queue();
            var due = DateTimeOffset.UtcNow.AddSeconds(1.5);
            await bus.Client.CreateSender(queue).ScheduleMessageAsync(new ServiceBusMessage("later"), due);
            Expect.Equal(await bus.Control.Count(queue, "scheduled"), 1);
            var got = await bus.Client.CreateReceiver(queue).One();
            Expect.True(DateTimeOffset.UtcNow >= due, "the time to have come");
            Expect.Equal(got.State, ServiceBusMessageState.Scheduled);
            Expect.Equal(got.EnqueuedSequenceNumber, 1);
            Expect.Equal(got.SequenceNumber, 2);
        });

        yield return new("a message may be scheduled by its own property", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, new ServiceBusMessage("later") { ScheduledEnqueueTime = DateTimeOffset.UtcNow.AddHours(1) });
            Expect.Equal(await bus.Control.Count(queue, "scheduled"), 1);
        });

        yield return new("a message that was to come in the past comes at once", async bus =>
        {
            var queue = bus.Queue();
            await bus.Client.CreateSender(queue).ScheduleMessageAsync(new ServiceBusMessage("now"), DateTimeOffset.UtcNow.AddHours(-1));
            await bus.Client.CreateReceiver(queue).One();
        });

        yield return new("several messages are scheduled together", async bus =>
        {
            var queue = bus.Queue();
            var numbers = await bus.Client.CreateSender(queue).ScheduleMessagesAsync(Sending.Messages(0, 3), DateTimeOffset.UtcNow.AddHours(1));
            Expect.Sequence(numbers, [1L, 2L, 3L]);
        });

        yield return new("a scheduled message can be cancelled", async bus =>
        {
            var queue = bus.Queue();
            var sender = bus.Client.CreateSender(queue);
            var number = await sender.ScheduleMessageAsync(new ServiceBusMessage("never"), DateTimeOffset.UtcNow.AddHours(1));
            await sender.CancelScheduledMessageAsync(number);
            Expect.Equal(await bus.Control.Count(queue, "scheduled"), 0);
            Expect.Equal(await bus.Control.Count(queue, "canceled"), 1);
        });

        yield return new("what is not scheduled cannot be cancelled", async bus =>
        {
            var queue = bus.Queue();
            var sender = bus.Client.CreateSender(queue);
            var number = await sender.ScheduleMessageAsync(new ServiceBusMessage("kept"), DateTimeOffset.UtcNow.AddHours(1));
            await Expect.Fails(ServiceBusFailureReason.MessageNotFound, () => sender.CancelScheduledMessagesAsync([number, 99]));
            Expect.Equal(await bus.Control.Count(queue, "scheduled"), 1);
        });

        yield return new("a message expires into the dead letters", async bus =>
        {
            var queue = bus.Queue("expiring");
            await bus.Send(queue, new ServiceBusMessage("old") { TimeToLive = TimeSpan.FromMilliseconds(200) });
            Expect.Equal((await bus.DeadLetters(queue).One()).DeadLetterReason, "TTLExpiredException");
        });

        yield return new("a message's time to live is capped by its queue's", async bus =>
        {
            var queue = bus.Queue("expiring");
            await bus.Send(queue,
                new ServiceBusMessage("long") { TimeToLive = TimeSpan.FromDays(2) },
                new ServiceBusMessage("longer") { TimeToLive = TimeSpan.FromDays(100) },
                new ServiceBusMessage("none"),
                new ServiceBusMessage("short") { TimeToLive = TimeSpan.FromMinutes(5) });
            var got = await bus.Client.CreateReceiver(queue).Many(4);
            var hour = TimeSpan.FromHours(1);
            Expect.Sequence(got.Select(message => message.TimeToLive), [hour, hour, hour, TimeSpan.FromMinutes(5)]);
            // Whoever says when a message is to expire counts from its making, the queue from its arrival.
            foreach (var message in got)
            {
                var apart = message.ExpiresAt - (message.EnqueuedTime + message.TimeToLive);
                Expect.True(apart.Duration() < TimeSpan.FromSeconds(30), $"an expiry {apart} nearer");
            }
        });

        yield return new("a time to live longer than 49 days is kept where the queue has none", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, new ServiceBusMessage("long") { TimeToLive = TimeSpan.FromDays(100) });
            var got = await bus.Client.CreateReceiver(queue).One();
            Expect.Equal(Math.Round(got.TimeToLive.TotalDays, 3), 100);
        });
    }
}
