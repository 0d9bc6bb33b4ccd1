import type { limitRules } from '../../../local/oracle/limitRules.ts';
import { applied, changed, operation, write } from './evidence.ts';
import { type Plants, testRules } from './plant.ts';
import { FIRST, toldWorld } from './worlds.ts';

/** An operation lowers two users, where fewer are allowed. */
const twoLowered = (told: Parameters<typeof toldWorld>[2]) =>
  toldWorld(
    {
      operations: [
        operation(FIRST, 'disabled', [applied('ada', 'enabled', 'disabled'), applied('ben', 'enabled', 'disabled')]),
      ],
      audit: [changed('ada', 'enabled', 'disabled', FIRST), changed('ben', 'enabled', 'disabled', FIRST)],
      before: { ada: 'enabled', ben: 'enabled' },
      after: { ada: 'disabled', ben: 'disabled' },
    },
    [
      [-10, write('ada', 'enabled', 'disabled', FIRST)],
      [-10, write('ben', 'enabled', 'disabled', FIRST)],
    ],
    told,
  );

const plants: Plants<typeof limitRules> = {
  dailyLimitHolds: [
    {
      what: 'more users lowered in a day than the limit allows',
      planted: twoLowered({ loweredPerDay: 1 }),
      finds: [/^limitExceeded: 2 users were lowered on 2026-03-02, and the daily limit is 1/],
    },
  ],
  noneIsLoweredWithoutApproval: [
    {
      what: 'more users lowered by an operation than it may without approval',
      planted: twoLowered({ loweredAtOnce: 1 }),
      finds: [/^limitExceeded: operation-1 lowered 2 users without approval, and 1 are allowed/],
    },
  ],
};

testRules(plants);
