/** How long something may take that happens at once on an idle machine, for `vi.waitFor`. Below the time of a test. */
export const until = { timeout: 40_000, interval: 5 };
