/** The broker's end of a client's link. */
export interface Endpoint {
  /** The last activity of the link, in epoch milliseconds; undefined for a link without an idle timeout. */
  readonly usedAt?: number;
  /** The link is gone: closed by either side, or lost with its connection. */
  close(): void;
}

/** For links that leave nothing behind. */
export const passiveEndpoint: Endpoint = { close: () => {} };
