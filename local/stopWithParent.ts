/**
 * Stops this process when the process that started it is gone, however that ended: the IPC channel between them closes,
 * on every operating system. Without such a channel, as in a terminal, nothing happens.
 * @param stop asks this process to stop in order
 * @param withinMs how long that may take before the process is ended
 */
export function stopWithParent(stop: () => void, withinMs: number): void {
  const parentIsGone = (): void => {
    // The output of this process has no reader, and an error of writing must not prevent an orderly stop.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    setTimeout(() => process.exit(1), withinMs).unref();
    stop();
  };
  if (process.connected) {
    process.once('disconnect', parentIsGone);
    process.channel?.unref(); // this channel must not keep the process alive
  }
  // The channel may have closed while this program was still being loaded.
  else if (process.connected === false) parentIsGone();
}
