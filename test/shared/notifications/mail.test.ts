import { describe, expect, it } from 'vitest';
import { mailLanguages } from '../../../shared/mailLanguages.ts';
import { composeMail, type MailOptions } from '../../../shared/notifications/mail.ts';
import de from '../../../shared/notifications/templates/de.json' with { type: 'json' };
import en from '../../../shared/notifications/templates/en.json' with { type: 'json' };
import reminderDe from '../../../shared/notifications/templates/reminder.de.json' with { type: 'json' };
import reminderEn from '../../../shared/notifications/templates/reminder.en.json' with { type: 'json' };

const plain: MailOptions = { language: '', subject: '', body: '', contact: '', format: 'text' };
const ada = { displayName: 'Ada', preferredLanguage: null, isGuest: false };

describe('the mail to a user', () => {
  it.each([
    ['de-CH', '', de.subject],
    ['DE', '', de.subject],
    ['en-US', 'de', en.subject],
    ['fr-FR', '', en.subject],
    ['fr-FR', 'de', de.subject],
    [null, 'de', de.subject],
    ['constructor', '', en.subject],
  ])('for the language %s, with %s as the default, has the subject %s', (preferredLanguage, language, subject) => {
    expect(composeMail('enabled', { ...ada, preferredLanguage }, { ...plain, language }).subject).toBe(subject);
  });

  it('has the name, the address and the contact, and leaves no placeholder', () => {
    const occasions = ['enabled', 'registered', 'reminder'] as const;
    for (const [preferredLanguage, occasion] of mailLanguages.flatMap((tag) =>
      occasions.map((one) => [tag, one] as const),
    ))
      for (const format of ['text', 'html'] as const) {
        const options = { ...plain, format, contact: 'Call 4711.' };
        const { contentType, content } = composeMail(occasion, { ...ada, preferredLanguage }, options).body;
        expect(contentType).toBe(format);
        expect(content).toContain('Ada');
        expect(content).toContain('aka.ms/mfasetup');
        expect(content).toContain('Call 4711.');
        expect(content).not.toMatch(/\{\w+\}/);
      }
  });

  it('fits a guest, who cannot register under the address of other users', () => {
    for (const preferredLanguage of mailLanguages)
      for (const occasion of ['enabled', 'reminder'] as const) {
        const guest = { ...ada, preferredLanguage, isGuest: true };
        const { subject, body } = composeMail(occasion, guest, { ...plain, contact: 'Call 4711.' });
        expect(subject).not.toBe(composeMail(occasion, { ...guest, isGuest: false }, plain).subject);
        expect(body.content).toMatch(/as a guest|guest account|als Gast|Gastkonto/);
        expect(body.content).toContain('Call 4711.');
        expect(body.content).not.toMatch(/aka\.ms|\{\w+\}/);
      }
  });

  it('has the own words of the administrator only for users who must register in the usual way', () => {
    const own = { ...plain, subject: 'Own', body: 'Own words: register.' };
    expect(composeMail('enabled', ada, own).subject).toBe('Own');
    expect(composeMail('registered', ada, own).body.content).toContain('already registered');
    expect(composeMail('enabled', { ...ada, isGuest: true }, own).body.content).toContain('guest');
    expect(composeMail('registered', { ...ada, isGuest: true }, own).subject).toBe(
      composeMail('registered', ada, plain).subject,
    );
  });

  it('has nothing of a name in its markup', () => {
    const { content } = composeMail(
      'enabled',
      { ...ada, displayName: '<img src=x> & "co"' },
      { ...plain, format: 'html' },
    ).body;
    expect(content).not.toContain('<img');
    expect(content).toContain('&lt;img src=x&gt; &amp; &quot;co&quot;');
  });

  it('has the subject and the text of the administrator', () => {
    const options = {
      ...plain,
      subject: 'News for {name}',
      body: 'First.\nStill first.\n\nSecond: {contact} {other}',
      contact: 'X',
    };
    expect(composeMail('enabled', ada, options)).toEqual({
      subject: 'News for Ada',
      body: { contentType: 'text', content: 'First.\nStill first.\n\nSecond: X {other}' },
    });
    const html = composeMail('enabled', ada, { ...options, format: 'html' }).body.content;
    expect(html).toContain('<p>First.<br>Still first.</p>\n<p>Second: X {other}</p>');
  });
});

it.each([
  ['telling', en, de],
  ['reminding', reminderEn, reminderDe],
])('every language has all that English has, for %s users', (_occasion, english, german) => {
  expect(Object.keys(german)).toEqual(Object.keys(english));
  expect(german.paragraphs).toHaveLength(english.paragraphs.length);
});

it('a reminder has words of its own, in the language of the user', () => {
  const german = { ...ada, preferredLanguage: 'de' };
  expect(composeMail('reminder', german, plain).subject).toBe(reminderDe.subject);
  expect(reminderDe.subject).not.toBe(de.subject);
});
