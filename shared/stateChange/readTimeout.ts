/**
 * The longest wait for Graph's answer to a batch of reads, which can be repeated at no risk. It is short, because one user
 * can keep a batch from its answer, and others of the lane wait meanwhile.
 */
export const READ_TIMEOUT_MS = 10_000;
