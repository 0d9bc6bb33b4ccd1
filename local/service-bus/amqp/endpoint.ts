/** What the broker has at its end of a client's link. */
export interface Endpoint {
  /** The link is gone: closed by the client, or lost with its connection. */
  close(how: 'closed' | 'lost'): void;
}

/** For links that leave nothing behind. */
export const passiveEndpoint: Endpoint = { close: () => {} };
