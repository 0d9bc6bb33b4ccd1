using Azure.Messaging.ServiceBus;

namespace Checks;

/// <summary>Properties of every type that the client knows keep it, whatever happens to their message.</summary>
public static class Properties
{
    private static readonly (string Name, object Value)[] Values =
    [
        ("int", 5), ("negative int", -7), ("long", 5L), ("large long", long.MaxValue), ("short", (short)5), ("byte", (byte)5),
        ("sbyte", (sbyte)-5), ("ushort", (ushort)5), ("uint", 5u), ("ulong", ulong.MaxValue), ("float", 1.5f), ("double", 1.0),
        ("decimal", 12.34m), ("bool", true), ("char", 'ü'), ("string", "text"), ("guid", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")),
        ("time", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)),
        ("time with offset", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)), ("span", TimeSpan.FromMinutes(3)),
        ("address", new Uri("sb://somewhere/queue")),
    ];

    public static IEnumerable<Check> All()
    {
        foreach (var (name, value) in Values)
        {
            yield return new($"a property that is sent keeps its type: {name}", async bus =>
            {
                var queue = bus.Queue();
                var message = new ServiceBusMessage();
                message.ApplicationProperties["p"] = value;
                await bus.Send(queue, message);
                Same(await bus.Client.CreateReceiver(queue).One(), value);
            });
            yield return new($"a property that is changed keeps its type: {name}", async bus =>
            {
                var queue = bus.Queue();
                var change = new Dictionary<string, object> { ["p"] = value };
                var (receiver, message) = await bus.Locked(queue);
                await receiver.AbandonMessageAsync(message, change);
                var abandoned = await receiver.One();
                Same(abandoned, value);
                change["q"] = value;
                await receiver.DeferMessageAsync(abandoned, change);
                // From here on over the management link.
                var deferred = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber);
                Same(deferred, value, "q");
                change["r"] = value;
                await receiver.AbandonMessageAsync(deferred, change);
                var again = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber);
                Same(again, value, "r");
                change["s"] = value;
                await receiver.DeadLetterMessageAsync(again, change);
                var dead = await bus.DeadLetters(queue).One();
                foreach (var property in new[] { "p", "q", "r", "s" }) Same(dead, value, property);
            });
            yield return new($"a property that is added to a dead letter keeps its type: {name}", async bus =>
            {
                var queue = bus.Queue();
                var (receiver, message) = await bus.Locked(queue);
                await receiver.DeadLetterMessageAsync(message, new Dictionary<string, object> { ["p"] = value }, "why");
                var dead = await bus.DeadLetters(queue).One();
                Same(dead, value);
                Expect.Equal(dead.DeadLetterReason, "why");
            });
        }
    }

    private static void Same(ServiceBusReceivedMessage message, object value, string property = "p") =>
        Expect.Equal(message.ApplicationProperties[property], value, property);
}
