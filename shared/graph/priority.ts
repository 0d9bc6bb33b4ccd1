/**
 * Headers of requests that are not urgent. When the quota runs out, Graph throttles these first, and the rest of the
 * quota remains for urgent requests (https://learn.microsoft.com/graph/throttling).
 */
export const LOW_PRIORITY: Readonly<Record<string, string>> = { 'x-ms-throttle-priority': 'Low' };
