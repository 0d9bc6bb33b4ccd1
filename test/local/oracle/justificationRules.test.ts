import type { Causes } from '../../../local/oracle/causes.ts';
import type { justificationRules } from '../../../local/oracle/justificationRules.ts';
import { applied, changed, entry, item, operation, write } from './evidence.ts';
import { type Plants, testRules } from './plant.ts';
import { FIRST, toldWorld } from './worlds.ts';

const failed = (code: string, causes: Partial<Causes> = {}) =>
  toldWorld(
    {
      operations: [operation(FIRST, 'enabled', [item('ada', 'failed', { code })])],
      audit: [entry('ada', 'stateChangeFailed', FIRST, 'enabled', { code })],
      before: { ada: 'disabled' },
      after: { ada: 'disabled' },
    },
    [],
    causes,
  );

const refused = (code: string, causes: Partial<Causes> = {}) =>
  toldWorld(
    {
      operations: [operation(FIRST, 'enforced', [item('ada', 'refused', { code, from: 'disabled' })])],
      audit: [entry('ada', 'stateChangeRefused', FIRST, 'enforced', { code })],
      before: { ada: 'disabled' },
      after: { ada: 'disabled' },
    },
    [],
    causes,
  );

const plants: Plants<typeof justificationRules> = {
  failureHasACause: [
    {
      what: 'a failure of a user who is not odd',
      planted: failed('graphUnavailable', { oddUsers: new Map([['ben', ['graphUnavailable']]]) }),
      finds: [/^outcomeFalse: ada in operation-1: is reported as failed with graphUnavailable, and nothing was done/],
    },
    {
      what: 'a failure of an odd user with a code of another oddity',
      planted: failed('unreadableAnswer', { oddUsers: new Map([['ada', ['graphUnavailable']]]) }),
      finds: [/failed with unreadableAnswer/],
    },
    {
      what: 'a user who exists, and is reported as missing',
      planted: failed('userNotFound'),
      finds: [/failed with userNotFound/],
    },
    {
      what: 'a dead letter of another operation',
      planted: failed('deadLettered', { deadLetters: ['operation-2_0'] }),
      finds: [/failed with deadLettered/],
    },
  ],
  refusalHasACause: [
    {
      what: 'a refusal of an account that is not protected',
      planted: refused('protectedAccount'),
      finds: [/^outcomeFalse: ada in operation-1: is reported as refused with protectedAccount/],
    },
    {
      what: 'a refusal of a registered user who is to be enforced',
      planted: refused('notRegistered', { registeredUsers: new Set(['ada']) }),
      finds: [/refused with notRegistered/],
    },
    {
      what: 'a refusal by the daily limit of a user who is not lowered',
      planted: refused('dailyLoweringLimit'),
      finds: [/refused with dailyLoweringLimit/],
    },
    {
      what: 'a refusal of an account without a directory role',
      planted: refused('privilegedAccount'),
      finds: [/refused with privilegedAccount/],
    },
    {
      what: 'a refusal for want of approval of a user who is not lowered',
      planted: refused('approvalExpired'),
      finds: [/refused with approvalExpired/],
    },
  ],
  cancellationWasAsked: [
    {
      what: 'a user of an operation that no client canceled',
      planted: toldWorld(
        {
          operations: [operation(FIRST, 'enabled', [item('ada', 'canceled')])],
          before: { ada: 'disabled' },
          after: { ada: 'disabled' },
        },
        [],
      ),
      finds: [/^outcomeFalse: ada in operation-1: is reported as canceled, and no client asked for it/],
    },
  ],
  protectedUserIsNotWritten: [
    {
      what: 'a write of a protected account',
      planted: toldWorld(
        {
          operations: [operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled')])],
          audit: [changed('ada', 'disabled', 'enabled', FIRST)],
          before: { ada: 'disabled' },
          after: { ada: 'enabled' },
        },
        [[-10, write('ada', 'disabled', 'enabled', FIRST)]],
        { protectedUsers: new Set(['ada']) },
      ),
      finds: [/^needlessWrites: ada in operation-1: is protected, and was written/],
    },
  ],
};

testRules(plants);
