using System.Text.Json;
using Checks;

// --list prints the names of all checks; otherwise they are run against the emulator that the environment names, and each
// prints a line of JSON: its name, and what went wrong.
var checks = Catalogue.All().ToList();
if (args.Contains("--list"))
{
    foreach (var check in checks) Console.WriteLine(check.Name);
    return;
}

var connection = Required("SERVICE_BUS_CONNECTION");
var control = new Control(new Uri(Required("SERVICE_BUS_CONTROL")));
var queues = new Queues();
var only = args.Length > 0 ? args[0] : null;
var chosen = checks.Where(check => only is null || check.Name.Contains(only)).ToList();

// Most checks wait for something most of the time.
await Parallel.ForEachAsync(
    chosen.Where(check => !check.Alone),
    new ParallelOptions { MaxDegreeOfParallelism = 6 },
    async (check, _) => await Run(check));
foreach (var check in chosen.Where(check => check.Alone)) await Run(check);

async Task Run(Check check)
{
    string? error = null;
    var startedAt = DateTime.UtcNow;
    try
    {
        await using var bus = new Bus(connection, control, queues);
        await check.Body(bus).WaitAsync(TimeSpan.FromSeconds(100));
    }
    catch (Exception thrown)
    {
        error = thrown.ToString();
    }
    var ms = (int)(DateTime.UtcNow - startedAt).TotalMilliseconds;
    var line = JsonSerializer.Serialize(new { name = check.Name, error, ms });
    lock (queues) Console.WriteLine(line);
}

static string Required(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"Set {name}.");
