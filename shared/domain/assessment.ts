import { z } from 'zod';

/** Why an operation needs the approval of a second person. */
export const approvalNeeds = ['manyUsers', 'dailyLimit', 'privileged'] as const;
export type ApprovalNeed = (typeof approvalNeeds)[number];

/** The meaning of each need, as the end of the sentence "The operation needs approval, because". */
export const needMeanings: Readonly<Record<ApprovalNeed, string>> = {
  manyUsers: 'it lowers the states of more users at once than LOWERED_WITHOUT_APPROVAL allows',
  dailyLimit: 'it lowers the states of more users than the daily limit has left today',
  privileged: 'it lowers the states of privileged accounts',
};

/** The maximum number of privileged accounts of one operation that an approval covers. */
export const MAX_PRIVILEGED = 100;

/** What an operation would lower, as planning found it. It is stored once, before any user of the operation is changed. */
export const assessmentSchema = z.object({
  at: z.string(),
  /** The number of users that planning left to be changed, and that are set to a state below another one. */
  candidates: z.int(),
  /** The number of these users that had a higher state when planning read it. A user with an unknown state counts. */
  lowered: z.int(),
  /** Object ids of the privileged accounts among the users to lower; at most `MAX_PRIVILEGED`. */
  privileged: z.array(z.string()),
  /** How many users the daily limit had left. */
  leftToday: z.int(),
  /** The setting LOWERED_WITHOUT_APPROVAL at that time. */
  allowedAtOnce: z.int(),
  /** Why the operation needs approval; empty when it needs none. */
  needs: z.array(z.enum(approvalNeeds)),
});
export type Assessment = z.infer<typeof assessmentSchema>;
