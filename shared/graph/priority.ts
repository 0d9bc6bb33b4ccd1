/**
 * Headers of requests that can wait: when the quota runs out, they are throttled first, and the quota is left to what
 * people wait for (throttling, x-ms-throttle-priority).
 */
export const LOW_PRIORITY: Readonly<Record<string, string>> = { 'x-ms-throttle-priority': 'Low' };
