/** What stands for the end of the process in the middle of something. */
export class Crash extends Error {
  override readonly name = 'Crash';
}
