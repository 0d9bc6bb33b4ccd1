using System.Net;
using System.Net.Sockets;
using Azure.Messaging.ServiceBus;

namespace Checks;

public static class Faults
{
    public static IEnumerable<Check> All()
    {
        yield return new("a busy namespace refuses what is sent, and takes it later", async bus =>
        {
            var queue = bus.Queue();
            await bus.Control.ServerBusy(new { queue, traffic = "send", count = 2 });
            var sender = bus.Client.CreateSender(queue);
            await Expect.Fails(ServiceBusFailureReason.ServiceBusy, () => sender.SendMessageAsync(new ServiceBusMessage()));
            // The client itself waits for ten seconds before it tries anything again.
            await bus.NewClient(retries: 3).CreateSender(queue).SendMessageAsync(new ServiceBusMessage());
            Expect.Equal(await bus.Control.Count(queue, "active"), 1);
        });

        yield return new("a busy namespace refuses receivers", async bus =>
        {
            var queue = bus.Queue();
            await bus.Send(queue, new ServiceBusMessage());
            await bus.Control.ServerBusy(new { queue, traffic = "receive", count = 1 });
            await Expect.Fails(ServiceBusFailureReason.ServiceBusy, () => bus.Client.CreateReceiver(queue).ReceiveMessageAsync());
            await bus.NewClient().CreateReceiver(queue).One();
        });

        yield return new("a busy namespace refuses session receivers", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Control.ServerBusy(new { queue, traffic = "receive", count = 1 });
            await Expect.Fails(ServiceBusFailureReason.ServiceBusy, () => bus.Client.AcceptSessionAsync(queue, "a"));
        });

        yield return new("a busy namespace refuses what is scheduled", async bus =>
        {
            var queue = bus.Queue();
            await bus.Control.ServerBusy(new { queue, traffic = "send", count = 1 });
            await Expect.Fails(ServiceBusFailureReason.ServiceBusy, () =>
                bus.Client.CreateSender(queue).ScheduleMessageAsync(new ServiceBusMessage(), DateTimeOffset.UtcNow.AddHours(1)));
        });

        yield return new("a processor continues after its connection was cut", async bus =>
        {
            var queue = bus.Queue();
            await using var processor = bus.NewClient(retries: 5).CreateProcessor(queue);
            processor.ProcessMessageAsync += _ => Task.CompletedTask;
            processor.ProcessErrorAsync += _ => Task.CompletedTask;
            await processor.StartProcessingAsync();
            await bus.Send(queue, new ServiceBusMessage("1"));
            await bus.Control.Until(queue, "completed", 1);
            await bus.Control.DropConnections();
            await bus.NewClient(retries: 5).CreateSender(queue).SendMessageAsync(new ServiceBusMessage("2"));
            await bus.Control.Until(queue, "completed", 2);
            await processor.StopProcessingAsync();
        }, Alone: true);

        yield return new("a session whose holder was cut off is free, and that was no delivery", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 1, "a"));
            var session = await bus.Client.AcceptSessionAsync(queue, "a");
            await session.One();
            await bus.Control.DropConnections();
            var next = await bus.NewClient(retries: 5).AcceptNextSessionAsync(queue);
            Expect.Equal((await next.One()).DeliveryCount, 1);
        }, Alone: true);

        yield return new("a peer that vanishes without a word loses its session", async bus =>
        {
            var queue = bus.Queue("sessions");
            await bus.Send(queue, Sending.Messages(0, 1, "a"));
            using var wire = new Wire(bus.Connection);
            var session = await bus.NewClient(connection: wire.Connection).AcceptSessionAsync(queue, "a");
            await session.One();
            wire.Freeze();
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

        yield return new("frames that come in pieces of seven bytes are understood", async bus =>
        {
            var queue = bus.Queue();
            using var wire = new Wire(bus.Connection, pieceSize: 7);
            var client = bus.NewClient(connection: wire.Connection);
            await client.CreateSender(queue).SendMessageAsync(new ServiceBusMessage(new byte[2000]));
            var receiver = client.CreateReceiver(queue);
            await receiver.CompleteMessageAsync(await receiver.One());
            Expect.Equal(await bus.Control.Count(queue, "completed"), 1);
        });
    }
}

/// <summary>A network between a client and the emulator, which can stop to carry anything.</summary>
public sealed class Wire : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> ends = [];
    private readonly int port;
    private readonly int pieceSize;
    private volatile bool isFrozen;

    public Wire(string connection, int pieceSize = 65_536)
    {
        this.pieceSize = pieceSize;
        var parsed = ServiceBusConnectionStringProperties.Parse(connection);
        port = parsed.Endpoint.Port;
        listener.Start();
        Connection = connection.Replace($":{port}", $":{((IPEndPoint)listener.LocalEndpoint).Port}");
        _ = Accept();
    }

    public string Connection { get; }

    public void Freeze() => isFrozen = true;

    public void Dispose()
    {
        listener.Stop();
        lock (ends)
        {
            foreach (var end in ends) end.Dispose();
        }
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                var server = new TcpClient { NoDelay = true };
                await server.ConnectAsync(IPAddress.Loopback, port);
                lock (ends) ends.AddRange([client, server]);
                _ = Carry(client, server);
                _ = Carry(server, client);
            }
        }
        catch (SocketException)
        {
            // The listener was stopped.
        }
    }

    private async Task Carry(TcpClient from, TcpClient to)
    {
        var bytes = new byte[pieceSize];
        try
        {
            for (var count = 1; count > 0;)
            {
                count = await from.GetStream().ReadAsync(bytes);
                if (isFrozen) return;
                await to.GetStream().WriteAsync(bytes.AsMemory(0, count));
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One of the two ends is closed.
        }
    }
}
