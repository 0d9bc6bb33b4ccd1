using System.Text.Json;
using Azure.Messaging.ServiceBus;

namespace Checks;

public sealed class CheckFailed(string message) : Exception(message);

public static class Expect
{
    public static void Equal<T>(T actual, T expected, string what = "value")
    {
        if (!Equals(actual, expected)) throw new CheckFailed($"Expected {what} to be {Show(expected)}, not {Show(actual)}.");
    }

    public static void Sequence<T>(IEnumerable<T> actual, IEnumerable<T> expected)
    {
        var (got, wanted) = (actual.ToList(), expected.ToList());
        if (!got.SequenceEqual(wanted)) throw new CheckFailed($"Expected {Show(wanted)}, not {Show(got)}.");
    }

    public static void True(bool condition, string what)
    {
        if (!condition) throw new CheckFailed($"Expected {what}.");
    }

    public static async Task<ServiceBusException> Fails(ServiceBusFailureReason reason, Func<Task> action)
    {
        var thrown = await Throws<ServiceBusException>(action);
        Equal(thrown.Reason, reason, "the reason");
        return thrown;
    }

    /// <summary>
    /// The client says that a session's lock is lost. When the end of the link reaches the client before the call begins,
    /// the client has closed the receiver instead.
    /// </summary>
    public static async Task SessionIsLost(Func<Task> action)
    {
        try
        {
            await Fails(ServiceBusFailureReason.SessionLockLost, action);
        }
        catch (ObjectDisposedException)
        {
        }
    }

    public static async Task<T> Throws<T>(Func<Task> action) where T : Exception
    {
        try
        {
            await action();
        }
        catch (T expected)
        {
            return expected;
        }
        throw new CheckFailed($"Expected {typeof(T).Name}.");
    }

    private static string Show(object? value) => value is null ? "null" : $"{JsonSerializer.Serialize(value)} ({value.GetType().Name})";
}

public static class Wait
{
    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (!await condition())
        {
            if (DateTime.UtcNow > end) throw new CheckFailed($"Waited too long for {what}.");
            await Task.Delay(20);
        }
    }

    public static Task Until(Func<bool> condition, string what) => Until(() => Task.FromResult(condition()), what);
}
