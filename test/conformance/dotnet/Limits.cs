using Azure.Messaging.ServiceBus;

namespace Checks;

public static class Limits
{
    private const int Limit = 256 * 1024;

    public static IEnumerable<Check> All()
    {
        yield return new("a message as large as the tier allows arrives", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, new ServiceBusMessage(new byte[Limit - 1024]));
            Expect.Equal((await bus.Client.CreateReceiver(queue).One()).Body.ToMemory().Length, Limit - 1024);
        });

        yield return new("a message larger than the tier allows is refused, and the sender continues", async bus =>
        {
            var queue = bus.Queue();
            var sender = bus.Client.CreateSender(queue);
            await Expect.Fails(ServiceBusFailureReason.MessageSizeExceeded, () => sender.SendMessageAsync(new ServiceBusMessage(new byte[Limit])));
            await sender.SendMessageAsync(new ServiceBusMessage("small"));
            Expect.Equal(await bus.Control.Count(queue, "active"), 1);
        });

        yield return new("a message that is many times too large is refused", async bus =>
        {
            var sender = bus.Client.CreateSender(bus.Queue());
            await Expect.Fails(ServiceBusFailureReason.MessageSizeExceeded, () => sender.SendMessageAsync(new ServiceBusMessage(new byte[20 * Limit])));
        });

        yield return new("a scheduled message is limited likewise", async bus =>
        {
            var queue = bus.Queue();
            var sender = bus.Client.CreateSender(queue);
            var due = DateTimeOffset.UtcNow.AddHours(1);
            await Expect.Fails(ServiceBusFailureReason.MessageSizeExceeded, () => sender.ScheduleMessageAsync(new ServiceBusMessage(new byte[Limit]), due));
            await sender.ScheduleMessageAsync(new ServiceBusMessage(new byte[Limit - 2048]), due);
            Expect.Equal(await bus.Control.Count(queue, "scheduled"), 1);
        });

        yield return new("a batch takes as much as the tier allows, and no more", async bus =>
        {
            var queue = bus.Queue();
            var sender = bus.Client.CreateSender(queue);
            using var batch = await sender.CreateMessageBatchAsync();
            Expect.Equal(batch.MaxSizeInBytes, Limit);
            var count = 0;
            while (batch.TryAddMessage(new ServiceBusMessage(new byte[10_000]))) count++;
            await sender.SendMessagesAsync(batch);
            Expect.Equal(await bus.Control.Count(queue, "active"), count);
            Expect.True(count is > 20 and < 27, $"about 26, not {count}");
        });
    }
}
