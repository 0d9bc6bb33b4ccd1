using Azure.Messaging.ServiceBus;

namespace Checks;

public static class Receiving
{
    public static IEnumerable<Check> All()
    {
        yield return new("a receiver that waits gets what comes", async bus =>
        {
            var queue = bus.Queue();
            var waiting = bus.Client.CreateReceiver(queue).One();
            await bus.Send(queue, new ServiceBusMessage("late"));
            Expect.Equal((await waiting).Body.ToString(), "late");
        });

        yield return new("an empty queue returns nothing at the end of the wait", async bus =>
            await bus.Client.CreateReceiver(bus.Queue()).Nothing());

        yield return new("a message that is received and deleted is gone", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, Sending.Messages(0, 3));
            var options = new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete };
            Expect.Equal((await bus.Client.CreateReceiver(queue, options).Many(3)).Count, 3);
            Expect.Equal(await bus.Control.Count(queue, "active"), 0);
        });

        yield return new("peeking shows messages and locks none", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, Sending.Messages(0, 5));
            var receiver = bus.Client.CreateReceiver(queue);
            Expect.Equal((await receiver.PeekMessagesAsync(3)).Count, 3);
            Expect.Sequence((await receiver.PeekMessagesAsync(9)).Select(message => message.Body.ToString()), ["3", "4"]);
            Expect.Equal((await receiver.PeekMessagesAsync(9)).Count, 0);
            Expect.Equal((await receiver.PeekMessagesAsync(9, 2)).Count, 4);
            Expect.Equal(await bus.Control.Count(queue, "locked"), 0);
        });

        yield return new("peeking shows in which state a message is", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.DeferMessageAsync(message);
            await bus.Send(queue, new ServiceBusMessage("active"));
            await bus.Client.CreateSender(queue).ScheduleMessageAsync(new ServiceBusMessage("later"), DateTimeOffset.UtcNow.AddHours(1));
            var states = (await receiver.PeekMessagesAsync(9, 0)).Select(peeked => peeked.State);
            Expect.Sequence(states, [ServiceBusMessageState.Deferred, ServiceBusMessageState.Active, ServiceBusMessageState.Scheduled]);
        });

        yield return new("closing a receiver gives its prefetched messages back, which were no deliveries", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, Sending.Messages(0, 50));
            var first = bus.Client.CreateReceiver(queue, new ServiceBusReceiverOptions { PrefetchCount = 50 });
            await first.CompleteMessageAsync(await first.One());
            await bus.Control.Until(queue, "delivered", 50);
            await first.CloseAsync();
            await bus.Control.Until(queue, "locked", 0);
            var rest = await bus.Client.CreateReceiver(queue).Many(49);
            Expect.Sequence(rest.Select(message => message.DeliveryCount).Distinct(), [1]);
        });

        yield return new("a receiver continues with more unsettled messages than the window of most clients", async bus =>
        {
            var queue = bus.Queue();
            foreach (var _ in Enumerable.Range(0, 6)) await bus.Send(queue, Sending.Messages(0, 500));
            var receiver = bus.Client.CreateReceiver(queue);
            var got = await receiver.Many(3000);
            Expect.Equal(got.Select(message => message.LockToken).Distinct().Count(), 3000);
            await Task.WhenAll(got.Select(message => receiver.CompleteMessageAsync(message)));
            Expect.Equal(await bus.Control.Count(queue, "completed"), 3000);
        });

        yield return new("a thousand receivers work on one connection", async bus =>
        {
            var queue = bus.Queue();
            var receivers = Enumerable.Range(0, 1000).Select(_ => bus.Client.CreateReceiver(queue)).ToList();
            await Task.WhenAll(receivers.Select(receiver => receiver.PeekMessageAsync()));
            var waiting = receivers.Select(async receiver =>
            {
                var message = await receiver.One();
                await receiver.CompleteMessageAsync(message);
            }).ToList();
            await bus.Send(queue, Sending.Messages(0, 1000));
            await Task.WhenAll(waiting);
            Expect.Equal(await bus.Control.Count(queue, "completed"), 1000);
        });

        yield return new("a processor with many calls at once takes everything once", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, Sending.Messages(0, 500));
            var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
            await using var processor = bus.Client.CreateProcessor(queue, new ServiceBusProcessorOptions { MaxConcurrentCalls = 20, PrefetchCount = 30 });
            processor.ProcessMessageAsync += message =>
            {
                seen.Add(message.Message.Body.ToString());
                return Task.CompletedTask;
            };
            processor.ProcessErrorAsync += _ => Task.CompletedTask;
            await processor.StartProcessingAsync();
            await bus.Control.Until(queue, "completed", 500);
            await processor.StopProcessingAsync();
            Expect.Equal(seen.Count, 500);
            Expect.Equal(seen.Distinct().Count(), 500);
        });

        yield return new("a processor gives a message back whose handler fails", async bus =>
        {
            var queue = bus.Queue("few");
            await bus.Send(queue, new ServiceBusMessage("poison"));
            await using var processor = bus.Client.CreateProcessor(queue);
            processor.ProcessMessageAsync += _ => throw new InvalidOperationException("no");
            processor.ProcessErrorAsync += _ => Task.CompletedTask;
            await processor.StartProcessingAsync();
            await bus.Control.Until(queue, "deadLetter", 1);
            await processor.StopProcessingAsync();
            var dead = await bus.DeadLetters(queue).One();
            Expect.Equal(dead.DeadLetterReason, "MaxDeliveryCountExceeded");
        });
    }
}
