using Azure.Messaging.ServiceBus;

namespace Checks;

public static class Locks
{
    public static IEnumerable<Check> All()
    {
        yield return new("a lock that ran out is lost, and the message comes back, counted", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await bus.Control.ExpireLocks(queue);
            await Expect.Fails(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(message));
            Expect.Equal((await receiver.One()).DeliveryCount, 2);
        });

        yield return new("a lock can be renewed", async bus =>
        {
            var (receiver, message) = await bus.Locked(bus.Queue());
            var before = message.LockedUntil;
            await Wait.Until(() => DateTimeOffset.UtcNow > message.EnqueuedTime.AddMilliseconds(50), "time to pass");
            await receiver.RenewMessageLockAsync(message);
            Expect.True(message.LockedUntil > before, "a later end");
            await receiver.CompleteMessageAsync(message);
        });

        yield return new("a lost lock cannot be renewed", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await bus.Control.ExpireLocks(queue);
            await Expect.Fails(ServiceBusFailureReason.MessageLockLost, () => receiver.RenewMessageLockAsync(message));
        });

        yield return new("a deferred message's lock can be renewed", async bus =>
        {
            var (receiver, message) = await bus.Locked(bus.Queue());
            await receiver.DeferMessageAsync(message);
            var deferred = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber);
            await receiver.RenewMessageLockAsync(deferred);
            await receiver.CompleteMessageAsync(deferred);
        });

        yield return new("a processor renews locks while its handler works", async bus =>
        {
            var queue = bus.Queue("short");
            await bus.Send(queue, new ServiceBusMessage("slow"));
            var options = new ServiceBusProcessorOptions { MaxAutoLockRenewalDuration = TimeSpan.FromMinutes(1) };
            await using var processor = bus.Client.CreateProcessor(queue, options);
            processor.ProcessMessageAsync += async message =>
            {
                var first = message.Message.LockedUntil;
                await Wait.Until(() => message.Message.LockedUntil > first.AddSeconds(4), "two renewals");
            };
            processor.ProcessErrorAsync += _ => Task.CompletedTask;
            await processor.StartProcessingAsync();
            await bus.Control.Until(queue, "completed", 1);
            await processor.StopProcessingAsync();
            Expect.Equal(await bus.Control.Count(queue, "delivered"), 1);
            Expect.Equal(await bus.Control.Count(queue, "lockExpirations"), 0);
        });

        yield return new("a session that ran out is lost, and its message comes back, counted", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 1, "a"));
            var session = await bus.Client.AcceptSessionAsync(queue, "a");
            var message = await session.One();
            await bus.Control.ExpireLocks(queue);
            await Expect.SessionIsLost(() => session.CompleteMessageAsync(message));
            var next = await bus.Client.AcceptSessionAsync(queue, "a");
            Expect.Equal((await next.One()).DeliveryCount, 2);
        });

        yield return new("a session can be renewed", async bus =>
        {
            var session = await bus.Client.AcceptSessionAsync(bus.Queue("sessions"), "a");
            var before = session.SessionLockedUntil;
            await Task.Yield();
            await Wait.Until(() => DateTimeOffset.UtcNow > before.AddSeconds(-59.9), "time to pass");
            await session.RenewSessionLockAsync();
            Expect.True(session.SessionLockedUntil > before, "a later end");
        });
    }
}
