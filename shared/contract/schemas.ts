import { z } from 'zod';
import { errorBodySchema } from '../errors.ts';
import { auditDigestSchema } from '../http/auditDigestList.ts';
import { auditEntryViewSchema } from '../http/auditEntryView.ts';
import { auditListSchema } from '../http/auditList.ts';
import { auditFindingSchema, auditVerificationSchema } from '../http/auditVerification.ts';
import { uri } from '../http/formats.ts';
import { haltRequestSchema, writeHaltSchema } from '../http/haltView.ts';
import { healthSchema } from '../http/healthView.ts';
import { operationItemViewSchema } from '../http/itemView.ts';
import { listedUserSchema } from '../http/listedUserView.ts';
import { operationViewSchema } from '../http/operationView.ts';
import { resendSchema } from '../http/resendView.ts';
import { sweepStartSchema, sweepViewSchema } from '../http/sweepList.ts';
import { tenantPolicyViewSchema } from '../http/tenantPolicyView.ts';
import { coverageDaySchema, coverageSchema } from '../http/userCoverage.ts';
import { userListSchema } from '../http/userList.ts';
import { userStateSchema } from '../http/userState.ts';
import { userCountSchema, userSummarySchema } from '../http/userSummary.ts';
import { approvalRequestSchema } from '../stateChange/decideApproval.ts';
import { stateChangeRequestSchema } from '../stateChange/request.ts';
import { retryRequestSchema } from '../stateChange/retry.ts';
import { undoRequestSchema } from '../stateChange/undo.ts';

/** A page of a list, as all lists of the API have it. */
function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    value: z.array(item).describe('The entries of this page.'),
    nextLink: uri('Where the next page is; missing on the last one.').optional(),
  });
}

/** What callers send: the schemas that read it, by the name that the contract gives them. */
export const requestSchemas = {
  StateChangeRequest: stateChangeRequestSchema,
  RetryRequest: retryRequestSchema,
  ApprovalRequest: approvalRequestSchema,
  UndoRequest: undoRequestSchema,
  HaltRequest: haltRequestSchema,
} as const satisfies Record<string, z.ZodType>;

/** What the API answers: the schemas that its answers are typed with. */
export const answerSchemas = {
  Error: errorBodySchema,
  Operation: operationViewSchema,
  OperationList: pageOf(operationViewSchema),
  OperationItem: operationItemViewSchema,
  OperationItemList: pageOf(operationItemViewSchema).extend({
    totalCount: z.number().int().describe('How many there are on all pages; grows while a group is being expanded.'),
  }),
  MailResend: resendSchema,
  UserState: userStateSchema,
  TenantPolicy: tenantPolicyViewSchema,
  WriteHalt: writeHaltSchema,
  ListedUser: listedUserSchema,
  UserList: userListSchema,
  UserCount: userCountSchema,
  UserSummary: userSummarySchema,
  CoverageDay: coverageDaySchema,
  Coverage: coverageSchema,
  Sweep: sweepViewSchema,
  SweepList: pageOf(sweepViewSchema),
  SweepStart: sweepStartSchema,
  AuditEntry: auditEntryViewSchema,
  AuditEntryList: auditListSchema,
  AuditFinding: auditFindingSchema,
  AuditVerification: auditVerificationSchema,
  AuditDigest: auditDigestSchema,
  AuditDigestList: pageOf(auditDigestSchema),
  Health: healthSchema,
  Contract: z.looseObject({
    openapi: z.string().describe('The version of the specification that the document follows.'),
    info: z.looseObject({ version: z.string().describe('The version of the service.') }).describe('What the API is.'),
    paths: z.looseObject({}).describe('The endpoints, by path and method.'),
  }),
} as const satisfies Record<string, z.ZodType>;

export type RequestName = keyof typeof requestSchemas;
export type AnswerName = keyof typeof answerSchemas;
export type SchemaName = RequestName | AnswerName;

type JsonSchema = Record<string, unknown>;

/**
 * The named schemas as JSON Schema 2020-12. Requests are strict, as the API is; answers are open, because a client must
 * not stumble over a property that a later version adds.
 */
export function namedSchemas(): Record<string, JsonSchema> {
  return { ...convert(requestSchemas, 'input'), ...convert(answerSchemas, 'output') };
}

/** One schema as JSON Schema, for a parameter. */
export function inlineSchema(schema: z.ZodType): JsonSchema {
  const { $schema, ...converted } = z.toJSONSchema(schema, { io: 'input' });
  return converted;
}

function convert(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const converted = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      // What the language calls read-only, or the greatest whole number, says nothing to a client.
      delete jsonSchema.readOnly;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return Object.fromEntries(
    Object.entries(converted.schemas).map(([name, { $schema, $id, ...schema }]) => [
      name,
      nullAsType(schema as JsonSchema),
    ]),
  );
}

/**
 * Says that a value may be null by its type and not by alternatives, of which generators of clients make classes of
 * their own.
 */
function nullAsType<T>(value: T): T {
  if (Array.isArray(value)) return value.map(nullAsType) as T;
  if (typeof value !== 'object' || value === null) return value;
  const schema: JsonSchema = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, nullAsType(inner)]));
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || anyOf[1]?.type !== 'null' || typeof anyOf[0]?.type !== 'string')
    return schema as T;
  const [{ type, ...one }] = anyOf;
  return { ...one, ...rest, type: [type, 'null'], ...(one.enum ? { enum: [...one.enum, null] } : {}) } as T;
}
