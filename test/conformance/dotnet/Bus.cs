using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Messaging.ServiceBus;

namespace Checks;

/// <summary>One thing that must hold. One that disturbs all clients runs alone.</summary>
public sealed record Check(string Name, Func<Bus, Task> Body, bool Alone = false);

/// <summary>Gives every check queues of its own. The emulator has so many of each kind, named kind-number.</summary>
public sealed class Queues
{
    private readonly ConcurrentDictionary<string, int> taken = new();

    public string Next(string kind) => $"{kind}-{taken.AddOrUpdate(kind, 0, (_, last) => last + 1)}";
}

/// <summary>The emulator's control endpoint.</summary>
public sealed class Control(Uri url)
{
    private readonly HttpClient http = new() { BaseAddress = url };

    public Task ExpireLocks(string queue) => Post("/faults/expire-locks", new { queue });

    public Task DropConnections() => Post("/faults/drop-connections", new { });

    public Task ServerBusy(object rule) => Post("/faults/server-busy", rule);

    /// <summary>One of a queue's counts, such as active.</summary>
    public async Task<int> Count(string queue, string name)
    {
        var queues = await http.GetFromJsonAsync<JsonElement>("/queues");
        return queues.GetProperty(queue).GetProperty(name).GetInt32();
    }

    /// <summary>Waits until a count has the value.</summary>
    public Task Until(string queue, string name, int value) =>
        Wait.Until(async () => await Count(queue, name) == value, $"{name} of {queue} to be {value}");

    private async Task Post(string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        if (!answer.IsSuccessStatusCode) throw new CheckFailed(await answer.Content.ReadAsStringAsync());
    }
}

/// <summary>What a check works with: a client of its own, and queues.</summary>
public sealed class Bus(string connection, Control control, Queues queues) : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    public static readonly TimeSpan Briefly = TimeSpan.FromMilliseconds(250);

    private readonly List<ServiceBusClient> clients = [];
    private ServiceBusClient? client;

    public string Connection { get; } = connection;
    public Control Control { get; } = control;
    public ServiceBusClient Client => client ??= NewClient();

    public string Queue(string kind = "plain") => queues.Next(kind);

    /// <summary>A client without retries, unless they are requested.</summary>
    public ServiceBusClient NewClient(int retries = 0, string? connection = null, TimeSpan? tryTimeout = null)
    {
        var options = new ServiceBusClientOptions();
        options.RetryOptions.MaxRetries = retries;
        options.RetryOptions.TryTimeout = tryTimeout ?? Patience;
        options.RetryOptions.Delay = TimeSpan.FromMilliseconds(50);
        var made = new ServiceBusClient(connection ?? Connection, options);
        clients.Add(made);
        return made;
    }

    public Task Send(string queue, params ServiceBusMessage[] messages) =>
        Client.CreateSender(queue).SendMessagesAsync(messages);

    /// <summary>Sends one message and receives it.</summary>
    public async Task<(ServiceBusReceiver Receiver, ServiceBusReceivedMessage Message)> Locked(
        string queue, ServiceBusMessage? message = null)
    {
        await Send(queue, message ?? new ServiceBusMessage("body"));
        var receiver = Client.CreateReceiver(queue);
        return (receiver, await receiver.One());
    }

    public ServiceBusReceiver DeadLetters(string queue) =>
        Client.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });

    public async ValueTask DisposeAsync()
    {
        foreach (var made in clients) await made.DisposeAsync();
    }
}

public static class ReceiverExtensions
{
    public static async Task<ServiceBusReceivedMessage> One(this ServiceBusReceiver receiver) =>
        await receiver.ReceiveMessageAsync(Bus.Patience) ?? throw new CheckFailed("No message came.");

    public static async Task<List<ServiceBusReceivedMessage>> Many(this ServiceBusReceiver receiver, int count)
    {
        var received = new List<ServiceBusReceivedMessage>();
        while (received.Count < count)
        {
            var more = await receiver.ReceiveMessagesAsync(count - received.Count, Bus.Patience);
            if (more.Count == 0) throw new CheckFailed($"Only {received.Count} of {count} messages came.");
            received.AddRange(more);
        }
        return received;
    }

    public static async Task Nothing(this ServiceBusReceiver receiver)
    {
        var message = await receiver.ReceiveMessageAsync(Bus.Briefly);
        if (message is not null) throw new CheckFailed($"A message came: {message.Body}");
    }
}
