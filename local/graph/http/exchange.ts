import type { Answer } from './answer.ts';

/** An HTTP request, read completely. */
export interface HttpRequest {
  /** In upper case. */
  readonly method: string;
  /** The request target: path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when it was too large. */
  readonly body: string | undefined;
}

/** The answer to the caller, or a part of it. */
export interface Delivery {
  /** `whole`: the answer; `truncate`: half of it; `reset`: the connection ends without an answer. */
  readonly kind: 'whole' | 'truncate' | 'reset';
  readonly answer: Answer;
  /** Called when the caller cannot have got the answer. */
  readonly onLost?: () => void;
}
