/**
 * The result of work that ends in time. Work that does not end is left alone: it must harm nothing when it continues later.
 * @throws Error when the work takes longer
 */
export async function endWithin<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(TOO_LATE)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const TOO_LATE = 'The invocation did not end in time, because Table Storage does not answer. The next one continues.';
