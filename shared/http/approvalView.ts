import { z } from 'zod';
import { approvalNeeds, needMeanings } from '../domain/assessment.ts';
import { actorSchema, approvalDecisions, type Operation } from '../domain/operation.ts';
import { dateTime, dateTimeOrNull } from './formats.ts';

const needs = z
  .array(z.enum(approvalNeeds))
  .describe(`Why it needs approval: ${approvalNeeds.map((need) => `${need} (${needMeanings[need]})`).join('; ')}.`);
const lowered = z.number().int().describe('Users whose states it lowers, as planning found them.');
const privileged = z.number().int().describe('Privileged accounts among these users.');

/** What an operation lowers, in the API. */
export const assessmentViewSchema = z
  .object({
    lowered,
    privileged,
    leftToday: z.number().int().describe('Users that the daily limit had left when the operation was assessed.'),
    needs,
  })
  .describe(
    'What it lowers, when it may lower states and its users are known. For a dry run: what the real one needs.',
  );

/** The approval of an operation, in the API. */
export const approvalViewSchema = z
  .object({
    requestedDateTime: dateTime('When the operation began to wait.'),
    expiresDateTime: dateTime('Until when a second person can approve it; after that, no user is lowered.'),
    needs,
    lowered,
    privileged,
    decision: z.enum(approvalDecisions).nullable().describe('The decision; null while the operation waits.'),
    decidedBy: actorSchema
      .describe('The person who decided; missing without a decision, or when it expired.')
      .optional(),
    decidedDateTime: dateTimeOrNull('When it was decided; null while the operation waits.'),
    reason: z.string().nullable().describe('Why, as the person says; null without a decision, or when it expired.'),
  })
  .describe('The approval by a second person, when the operation needs one.');

type Assessed = Pick<Operation, 'approval' | 'dryRun' | 'acknowledge' | 'undoOf'> & {
  readonly assessment?: Operation['assessment'] | undefined;
};

/** What is known of the users to lower; empty for an operation that lowers none, or is being planned. */
export function approvalViews({ assessment, approval }: Assessed): {
  readonly assessment?: z.infer<typeof assessmentViewSchema>;
  readonly approval?: z.infer<typeof approvalViewSchema>;
} {
  if (assessment === undefined) return {};
  const { lowered, leftToday, needs } = assessment;
  const privileged = assessment.privileged.length;
  return {
    assessment: { lowered, privileged, leftToday, needs },
    ...(approval === undefined
      ? {}
      : {
          approval: {
            requestedDateTime: approval.requestedAt,
            expiresDateTime: approval.expiresAt,
            needs,
            lowered,
            privileged,
            decision: approval.decision,
            ...(approval.decidedBy === null ? {} : { decidedBy: approval.decidedBy }),
            decidedDateTime: approval.decidedAt,
            reason: approval.reason,
          },
        }),
  };
}

/** What the assessment of a dry run says to people; empty when the real operation lowers no user. */
export function assessmentNotes({ dryRun, assessment, acknowledge, undoOf }: Assessed): string[] {
  if (!dryRun || assessment === undefined || assessment.lowered === 0) return [];
  const { lowered, leftToday, needs } = assessment;
  const because = needs.map((need) => needMeanings[need]).join(', and ');
  const isRefused = needs.includes('dailyLimit') && !acknowledge.includes('dailyLimit');
  // An undo leaves users alone who were changed since, which is found out for each user when it is carried out.
  const number = `${undoOf === undefined ? '' : 'up to '}${lowered === 1 ? 'one user' : `${lowered} users`}`;
  return [
    `The real request would lower the states of ${number}. The daily limit has ${leftToday} left today.`,
    ...(isRefused
      ? [
          'It would be refused for all of these users without "acknowledge": ["dailyLimit"]. With it, it needs approval.',
        ]
      : []),
    ...(needs.length === 0 ? [] : [`It would need the approval of a second person, because ${because}.`]),
  ];
}
