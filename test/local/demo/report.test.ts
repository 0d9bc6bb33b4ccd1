import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ItemReport } from '../../../local/apiClient.ts';
import { nextSteps } from '../../../local/demo/nextSteps.ts';
import type { RegistrationResult } from '../../../local/demo/registration.ts';
import { agreementText, registrationText, reportText } from '../../../local/demo/report.ts';
import type { DemoResult } from '../../../local/demo/run.ts';
import { summaryOf } from '../../../local/demo/summary.ts';
import type { Finding } from '../../../local/oracle/finding.ts';
import { changed } from '../oracle/evidence.ts';
import { sampleItems, sampleOperation } from '../sampleOperation.ts';

function result(change: Partial<DemoResult> = {}): DemoResult {
  return {
    operation: sampleOperation,
    items: sampleItems,
    trail: [changed('plain', 'disabled', 'enabled', sampleOperation.id)],
    auditEntries: 4,
    graphWrites: 2,
    promoted: 1,
    graphRequests: 9,
    seconds: 1.23456,
    ...change,
  };
}

function refused(reference: string, message: string): ItemReport {
  return { reference, userId: reference, outcome: 'refused', detail: { decidedDateTime: '', code: 'weaken', message } };
}

const plain = { columns: 120, colours: false };

/** A text on one line without the frames of tables, to look for what was wrapped. */
function flow(text: string): string {
  return text.replace(/[^\S ]|[│─┌┬┐├┼┤└┴┘]/g, ' ').replace(/ +/g, ' ');
}

describe('reportText', () => {
  it('counts the outcomes that there are', () => {
    const text = reportText(result(), plain);
    expect(text).toMatch(/applied +│ +2 │/);
    expect(text).toMatch(/duplicate +│ +2 │/);
    expect(text).not.toContain('superseded');
    expect(text).toContain('2 writes in 9 requests');
    expect(text).toContain('Entra moved 1 of them on to enforced,');
  });

  it('gives each reason once, the most frequent first, with a few of the users', () => {
    const items = [
      ...sampleItems,
      ...['a@x.org', 'b@x.org', 'c@x.org', 'd@x.org', 'e@x.org'].map((user) => refused(user, 'is enforced already')),
    ];
    const text = reportText(result({ items }), plain);
    expect(text.match(/is enforced already/g)).toHaveLength(1);
    expect(text).toContain('c@x.org');
    expect(text).not.toContain('d@x.org');
    expect(text).toContain('and 2 more');
    expect(text.indexOf('weaken')).toBeLessThan(text.indexOf('protectedAccount'));
    expect(text).toContain('userNotFound');
  });

  it('omits the reasons when all users were changed', () => {
    expect(reportText(result({ items: sampleItems.slice(0, 2) }), plain)).not.toContain('Why not');
  });

  it('shows the audit record of a user, if there is one', () => {
    const text = reportText(result(), plain);
    expect(text).toContain('The audit record of plain@contoso.com');
    expect(text).toContain('disabled to enabled');
    expect(reportText(result({ trail: [] }), plain)).not.toContain('The audit record');
  });

  it.each([60, 80, 100, 140, 300])('keeps all that it says within a terminal of %i columns', (columns) => {
    const id = '01b7201e-7d10-4c2c-848b-315c3fad0001';
    const message = 'A message of some length that is wrapped where there is little room for all of its words.';
    const text = reportText(result({ items: [refused(id, message)] }), { columns, colours: false });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(Math.min(Math.max(columns, 80), 140));
    expect(text).not.toContain('…');
    if (columns >= 100) expect(text).toContain(id);
    if (columns >= 140) expect(flow(text)).toContain('wrapped where');
  });

  it('has colours only where they are wanted', () => {
    const coloured = reportText(result(), { columns: 120, colours: true });
    expect(coloured).not.toBe(stripVTControlCharacters(coloured));
    expect(stripVTControlCharacters(coloured)).toBe(reportText(result(), plain));
    expect(reportText(result(), plain)).toBe(stripVTControlCharacters(reportText(result(), plain)));
  });
});

describe('nextSteps', () => {
  it('starts the service with the directory of the demo', () => {
    expect(nextSteps([], { users: 2000, seed: 1 })).toMatch(/npm start$/m);
    expect(nextSteps([], { users: 300, seed: 4 })).toContain('npm start -- --users 300 --seed 4');
  });

  it('calls the service for a user that is there and whose name needs no quoting', () => {
    const guest = { ...sampleItems[0], reference: 'ada_fabrikam.com#EXT#@contoso.onmicrosoft.com' } as ItemReport;
    const text = nextSteps([guest, ...sampleItems], { users: 2000, seed: 1 });
    expect(text).toContain('npx . user show plain@contoso.com\n');
    expect(text).toMatch(/npx \. enable plain@contoso\.com .*--reason "Trying it out" --operation-id [0-9a-f-]{36}$/m);
    expect(text).not.toContain('#EXT#');
  });
});

function registration(changes: Partial<RegistrationResult> = {}): RegistrationResult {
  return {
    enabled: 9,
    registered: 3,
    registeredIds: new Set(['one', 'two', 'three']),
    recorded: 2,
    enforcedByEntra: 1,
    stuck: 2,
    promoted: 0,
    users: [
      { state: 'enabled', registered: true, users: 2 },
      { state: null, registered: null, users: 1 },
    ],
    trail: [],
    ...changes,
  };
}

describe('registrationText', () => {
  const paper = { columns: 100, colours: false };

  it('says who registered, what the audit found, and how the tenant stands', () => {
    const text = registrationText(registration(), paper);
    expect(text).toContain('9 users of the list were enabled and had not registered; 3 of them did so now.');
    expect(text).toContain('recorded 2 as registered while enabled, 1 as enforced by Entra, and 2 as stuck');
    expect(text).toContain('--promote');
    expect(text).toMatch(/enabled +│ yes +│ +2 │/);
    expect(text).toMatch(/unknown +│ unknown +│ +1 │/);
  });

  it('says what was promoted', () => {
    const text = registrationText(registration({ promoted: 2 }), paper);
    expect(text).toContain('The service moved 2 of those on itself.');
  });
});

const finding: Finding = { kind: 'lost', rule: 'acceptedIsKnown', what: 'op-1 was accepted, and is not known.' };

describe('agreementText', () => {
  it('says whether all sides agree', () => {
    expect(agreementText([])).toContain('agree.');
    expect(agreementText([finding, finding])).toContain('disagree in 2 places');
  });
});

describe('summaryOf', () => {
  it('is numbers only', () => {
    expect(summaryOf(result(), registration(), [finding, finding])).toEqual({
      references: 7,
      outcomes: sampleOperation.counts,
      graphWrites: 2,
      graphRequests: 9,
      auditEntries: 4,
      registration: { enabled: 9, registered: 3, recorded: 2, enforcedByEntra: 1, stuck: 2, promoted: 0 },
      mismatches: 2,
      seconds: 1.235,
    });
  });
});
