import { type MailLanguage, mailLanguages } from '../mailLanguages.ts';
import type { Occasion } from './occasion.ts';
import type { Recipient } from './recipient.ts';
import de from './templates/de.json' with { type: 'json' };
import en from './templates/en.json' with { type: 'json' };
import guestDe from './templates/guest.de.json' with { type: 'json' };
import guestEn from './templates/guest.en.json' with { type: 'json' };
import guestReminderDe from './templates/guestReminder.de.json' with { type: 'json' };
import guestReminderEn from './templates/guestReminder.en.json' with { type: 'json' };
import registeredDe from './templates/registered.de.json' with { type: 'json' };
import registeredEn from './templates/registered.en.json' with { type: 'json' };
import reminderDe from './templates/reminder.de.json' with { type: 'json' };
import reminderEn from './templates/reminder.en.json' with { type: 'json' };

type Template = typeof en;

/** Templates by occasion and language. Guests register in a different way. */
const templates: Readonly<Record<Occasion | 'guest' | 'guestReminder', Readonly<Record<MailLanguage, Template>>>> = {
  enabled: { en, de },
  registered: { en: registeredEn, de: registeredDe },
  reminder: { en: reminderEn, de: reminderDe },
  guest: { en: guestEn, de: guestDe },
  guestReminder: { en: guestReminderEn, de: guestReminderDe },
};

/** The address where users register. It is short enough to type: a mail that asks for a click looks like phishing. */
const REGISTER_URL = 'https://aka.ms/mfasetup';

/**
 * The administrator's own texts and format. An empty text leaves the template in place. Subject and body are for users of the
 * tenant who must register: others get the template that fits them.
 */
export interface MailOptions {
  /** For users whose language has no template. */
  readonly language: string;
  readonly subject: string;
  /** Plain text; an empty line between paragraphs. */
  readonly body: string;
  /** A contact for questions. */
  readonly contact: string;
  readonly format: 'html' | 'text';
}

/** The part of Graph's message resource that this service sets. */
export interface Mail {
  readonly subject: string;
  readonly body: { readonly contentType: 'html' | 'text'; readonly content: string };
}

/**
 * Composes the mail that tells a user what will happen and what to do.
 * @param user the user's properties in Graph
 */
export function composeMail(
  occasion: Occasion,
  user: Pick<Recipient, 'displayName' | 'preferredLanguage' | 'isGuest'>,
  { subject, body, ...options }: MailOptions,
): Mail {
  const situation = situationOf(occasion, user.isGuest);
  const [language, template] = templateFor(templates[situation], user.preferredLanguage, options.language);
  const isOwn = situation === 'enabled' || situation === 'reminder';
  const values = {
    name: user.displayName ?? '',
    registerUrl: REGISTER_URL,
    contact: options.contact || template.contact,
  };
  const own = (isOwn ? body : '').split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '');
  const texts = own.length > 0 ? own : [template.greeting, ...template.paragraphs, template.closing];
  const paragraphs = texts.map((text) => fill(text, values));
  return {
    subject: fill((isOwn && subject) || template.subject, values),
    body:
      options.format === 'text'
        ? { contentType: 'text', content: paragraphs.join('\n\n') }
        : { contentType: 'html', content: htmlOf(paragraphs, language) },
  };
}

/** A guest who is registered in this tenant needs to do nothing, like a user of the tenant. */
function situationOf(occasion: Occasion, isGuest: boolean): keyof typeof templates {
  if (!isGuest || occasion === 'registered') return occasion;
  return occasion === 'reminder' ? 'guestReminder' : 'guest';
}

/** The template of the user's language, else of the fallback, else English. A region is ignored: `de-CH` gets `de`. */
function templateFor(
  byLanguage: Readonly<Record<MailLanguage, Template>>,
  preferred: string | null,
  fallback: string,
): [MailLanguage, Template] {
  for (const tag of [preferred ?? '', fallback]) {
    const [wanted] = tag.toLowerCase().split('-');
    const language = mailLanguages.find((known) => known === wanted);
    if (language !== undefined) return [language, byLanguage[language]];
  }
  return ['en', byLanguage.en];
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  const byName = new Map(Object.entries(values));
  return text.replace(/\{(\w+)\}/g, (placeholder, name) => byName.get(name) ?? placeholder);
}

function htmlOf(paragraphs: readonly string[], language: string): string {
  const body = paragraphs.map((text) => `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`).join('\n');
  return `<!DOCTYPE html>\n<html lang="${language}"><body style="font-family:sans-serif;max-width:40em">\n${body}\n</body></html>`;
}

/** Escapes text for HTML: users choose their own display names. */
function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
