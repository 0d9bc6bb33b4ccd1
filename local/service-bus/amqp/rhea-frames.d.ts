/** rhea publishes no types for this module: the frames of the protocol, for what its own API cannot write. */
declare module 'rhea/lib/frames.js' {
  interface Disposition {
    readonly role: boolean;
    readonly first: number;
    readonly last: number;
    readonly settled: boolean;
    readonly state: unknown;
  }
  const frames: { disposition(fields: Disposition): unknown };
  // rhea is CommonJS: what it exports is the default here.
  // biome-ignore lint/style/noDefaultExport: see above
  export default frames;
}
