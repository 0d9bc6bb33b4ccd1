/** Where digests are kept: a container that the service only adds to. */
export interface DigestStore {
  /** The hours that have a digest, in order. */
  hours(): Promise<string[]>;
  /** The text of an hour's digest; undefined when there is none. */
  read(hour: string): Promise<string | undefined>;
  /** Adds a digest. Returns false, and changes nothing, when the hour has one. */
  add(hour: string, text: string): Promise<boolean>;
}
