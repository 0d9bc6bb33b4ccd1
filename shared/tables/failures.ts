/** The status of a failed Table Storage request; undefined for anything else, such as a network error. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** Whether the row exists already (409), or was changed since it was read (412). */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409 || statusOf(error) === 412;
}

/** Whether the identity has no right to this. */
export function isForbidden(error: unknown): boolean {
  return statusOf(error) === 403;
}

export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

/**
 * Whether a stored row cannot be read: it is damaged, or a version of this service wrote it that this one does not know.
 * Reading it again does not help, so the caller leaves it out and continues with the other rows.
 */
export function isUnreadable(error: unknown): boolean {
  return error instanceof SyntaxError || (error instanceof Error && error.name === 'ZodError');
}
