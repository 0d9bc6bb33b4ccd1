import { z } from 'zod';

const pattern = z.string().refine((text) => {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}, 'must be a regular expression');

const fault = z.union([
  /** An error instead of the answer; the request is not executed. `retryAfterSeconds: null` leaves the header out. */
  z.strictObject({
    status: z.number().int().min(400).max(599),
    retryAfterSeconds: z.number().min(0).nullable().optional(),
    code: z.string().optional(),
    /** An HTML page as the body, as gateways send. */
    html: z.boolean().optional(),
  }),
  /** This answer in place of the true one; the request is not executed. */
  z.strictObject({
    status: z.number().int().min(200).max(599),
    body: z.record(z.string(), z.unknown()),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  /** The request is executed, and in the list that it answers, this item has these properties instead of its own. */
  z.strictObject({
    alterItem: z.strictObject({ id: z.string(), properties: z.record(z.string(), z.unknown()) }),
  }),
  /** The request is executed, and its answer breaks off in the middle. */
  z.strictObject({ truncate: z.literal(true) }),
  /** Nothing happens for so long; then the connection closes or, with `thenApply`, the request is executed and answered. */
  z.strictObject({ hangMs: z.number().int().min(0), thenApply: z.boolean().optional() }),
  /** The connection is reset before the request is executed. In a batch, the requests before it were executed. */
  z.strictObject({ resetConnection: z.literal(true) }),
  /** The request is executed, and the connection is reset before the answer. */
  z.strictObject({ dropAnswer: z.literal(true) }),
  /** The batch is executed, and so many of its answers are left out. */
  z.strictObject({ omitItems: z.number().int().min(1) }),
  /** The answers of the batch come in another order. */
  z.strictObject({ reorder: z.literal(true) }),
]);

export type Fault = z.infer<typeof fault>;

/** Reads a rule from outside. */
export const faultRuleSchema = z.strictObject({
  /** Given by the simulator when missing. */
  id: z.string().min(1).optional(),
  match: z
    .strictObject({
      method: z.string().toUpperCase().optional(),
      /** A regular expression for the path with its version and query, such as `^/beta/users/[^/]+/authentication`. */
      path: pattern.optional(),
      /** True: only requests within a batch; false: none of them. */
      batchItem: z.boolean().optional(),
      /** True: only `POST /$batch` itself; false: never. */
      batchEnvelope: z.boolean().optional(),
    })
    .prefault({}),
  /** How often the rule applies, at most. */
  times: z.number().int().min(1).optional(),
  /** How likely it applies to a request that matches, 0 to 1. */
  probability: z.number().min(0).max(1).optional(),
  /** It applies to each n-th request that matches only: spread over a run by requests, whatever their pace. */
  every: z.number().int().min(1).optional(),
  /** So many requests that match pass before the first to which it may apply. */
  after: z.number().int().min(0).optional(),
  /** Before all rules that are there already: an outage hides what else is wrong. */
  first: z.boolean().optional(),
  fault,
});

export type FaultRule = z.input<typeof faultRuleSchema>;
