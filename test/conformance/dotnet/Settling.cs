using Azure.Messaging.ServiceBus;

namespace Checks;

public static class Settling
{
    public static IEnumerable<Check> All()
    {
        yield return new("a completed message is gone", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.CompleteMessageAsync(message);
            Expect.Equal(await bus.Control.Count(queue, "active"), 0);
            Expect.Equal(await bus.Control.Count(queue, "completed"), 1);
        });

        yield return new("an abandoned message comes back, counted", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.AbandonMessageAsync(message);
            Expect.Equal((await receiver.One()).DeliveryCount, 2);
        });

        yield return new("a deferred message is received by its number only, and was counted", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.DeferMessageAsync(message);
            await receiver.Nothing();
            var deferred = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber);
            Expect.Equal(deferred.State, ServiceBusMessageState.Deferred);
            Expect.Equal(deferred.DeliveryCount, 2);
            Expect.True(deferred.LockToken != Guid.Empty.ToString(), "a lock token");
            await receiver.CompleteMessageAsync(deferred);
            Expect.Equal(await bus.Control.Count(queue, "deferred"), 0);
        });

        yield return new("a deferred message that is not there is reported", async bus =>
            await Expect.Fails(ServiceBusFailureReason.MessageNotFound, () =>
                bus.Client.CreateReceiver(bus.Queue()).ReceiveDeferredMessageAsync(77)));

        yield return new("deferred messages can be abandoned and deferred again", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.DeferMessageAsync(message);
            await receiver.AbandonMessageAsync(await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
            await receiver.DeferMessageAsync(await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
            Expect.Equal((await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber)).DeliveryCount, 4);
        });

        yield return new("a dead letter waits with its reason, and was not counted", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.DeadLetterMessageAsync(message, "why", "because");
            var dead = await bus.DeadLetters(queue).One();
            Expect.Equal(dead.DeadLetterReason, "why");
            Expect.Equal(dead.DeadLetterErrorDescription, "because");
            Expect.Equal(dead.Body.ToString(), "body");
            Expect.Equal(dead.DeliveryCount, 1);
        });

        yield return new("a deferred message can be dead-lettered", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.DeferMessageAsync(message);
            var deferred = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber);
            await receiver.DeadLetterMessageAsync(deferred, "why", "because");
            Expect.Equal((await bus.DeadLetters(queue).One()).DeadLetterReason, "why");
        });

        yield return new("a dead letter cannot be dead-lettered", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.DeadLetterMessageAsync(message);
            var deadLetters = bus.DeadLetters(queue);
            var dead = await deadLetters.One();
            await Expect.Throws<InvalidOperationException>(() => deadLetters.DeadLetterMessageAsync(dead));
            await deadLetters.CompleteMessageAsync(dead);
        });

        yield return new("abandoning a dead letter is not counted", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.DeadLetterMessageAsync(message);
            var deadLetters = bus.DeadLetters(queue);
            await deadLetters.AbandonMessageAsync(await deadLetters.One());
            Expect.Equal((await deadLetters.One()).DeliveryCount, 1);
        });

        yield return new("a message that comes back too often is a dead letter", async bus =>
        {
            var queue = bus.Queue("few");
            var (receiver, message) = await bus.Locked(queue);
            await receiver.AbandonMessageAsync(message);
            await receiver.AbandonMessageAsync(await receiver.One());
            var dead = await bus.DeadLetters(queue).One();
            Expect.Equal(dead.DeadLetterReason, "MaxDeliveryCountExceeded");
        });

        yield return new("the dead-letter queue of forwarding is there, and empty", async bus =>
        {
            var options = new ServiceBusReceiverOptions { SubQueue = SubQueue.TransferDeadLetter };
            var receiver = bus.Client.CreateReceiver(bus.Queue(), options);
            await receiver.Nothing();
            Expect.Equal(await receiver.PeekMessageAsync(), null);
        });

        yield return new("different outcomes at once are applied each to its message", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, Sending.Messages(0, 40));
            var receiver = bus.Client.CreateReceiver(queue);
            var messages = await receiver.Many(40);
            await Task.WhenAll(messages.Select(message => (int.Parse(message.Body.ToString()) % 4) switch
            {
                0 => receiver.CompleteMessageAsync(message),
                1 => receiver.DeferMessageAsync(message),
                2 => receiver.DeadLetterMessageAsync(message, message.Body.ToString()),
                _ => receiver.AbandonMessageAsync(message),
            }));
            foreach (var count in new[] { "completed", "deferred", "deadLetter", "abandoned" }) Expect.Equal(await bus.Control.Count(queue, count), 10, count);
            var dead = await bus.DeadLetters(queue).Many(10);
            foreach (var letter in dead) Expect.Equal(letter.DeadLetterReason, letter.Body.ToString());
        });

        yield return new("a message can be settled after its receiver was closed", async bus =>
        {
            var queue = bus.Queue();
            var (receiver, message) = await bus.Locked(queue);
            await receiver.CloseAsync();
            await bus.Client.CreateReceiver(queue).CompleteMessageAsync(message);
            Expect.Equal(await bus.Control.Count(queue, "completed"), 1);
        });

        yield return new("a message cannot be settled twice", async bus =>
        {
            var (receiver, message) = await bus.Locked(bus.Queue());
            await receiver.CompleteMessageAsync(message);
            await Expect.Fails(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(message));
        });
    }
}
