namespace Checks;

public static class Catalogue
{
    public static IEnumerable<Check> All() =>
    [
        .. Sending.All(), .. Receiving.All(), .. Settling.All(), .. Properties.All(), .. Locks.All(), .. Scheduling.All(),
        .. Sessions.All(), .. SessionProcessors.All(), .. Limits.All(), .. Refusals.All(), .. Faults.All(),
    ];
}
