import type { MailLanguage } from '../mailLanguages.ts';
import de from './templates/de.json' with { type: 'json' };
import en from './templates/en.json' with { type: 'json' };
import reminderDe from './templates/reminder.de.json' with { type: 'json' };
import reminderEn from './templates/reminder.en.json' with { type: 'json' };

type Template = typeof en;

/** What a mail is for: telling a user who was enabled, or reminding one who has not registered since. */
export type Occasion = 'enabled' | 'reminder';

/** Templates by occasion and language. */
const templates: Readonly<Record<Occasion, Readonly<Record<MailLanguage, Template>>>> = {
  enabled: { en, de },
  reminder: { en: reminderEn, de: reminderDe },
};

/** Where users register. A short address, which can be typed: mails that want links clicked are what phishing looks like. */
const REGISTER_URL = 'https://aka.ms/mfasetup';

/** What administrators may put in place of the templates; empty where they leave them. */
export interface MailOptions {
  /** For users whose language has no template. */
  readonly language: string;
  readonly subject: string;
  /** Plain text; an empty line between paragraphs. */
  readonly body: string;
  /** Whom to ask. */
  readonly contact: string;
  readonly format: 'html' | 'text';
}

/** A mail as Graph takes it. */
export interface Mail {
  readonly subject: string;
  readonly body: { readonly contentType: 'html' | 'text'; readonly content: string };
}

/**
 * The mail that tells a user what will happen and what to do.
 * @param user what Graph knows of them
 */
export function composeMail(
  occasion: Occasion,
  user: { readonly displayName: string | null; readonly preferredLanguage: string | null },
  options: MailOptions,
): Mail {
  const [language, template] = templateFor(templates[occasion], user.preferredLanguage, options.language);
  const values = {
    name: user.displayName ?? '',
    registerUrl: REGISTER_URL,
    contact: options.contact || template.contact,
  };
  const own = options.body.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '');
  const texts = own.length > 0 ? own : [template.greeting, ...template.paragraphs, template.closing];
  const paragraphs = texts.map((text) => fill(text, values));
  return {
    subject: fill(options.subject || template.subject, values),
    body:
      options.format === 'text'
        ? { contentType: 'text', content: paragraphs.join('\n\n') }
        : { contentType: 'html', content: htmlOf(paragraphs, language) },
  };
}

/** By the whole tag, then by the language alone (`de-CH` is read by who reads `de`). */
function templateFor(
  byLanguage: Readonly<Record<string, Template>>,
  preferred: string | null,
  fallback: string,
): [string, Template] {
  for (const tag of [preferred ?? '', fallback, 'en']) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    if (Object.hasOwn(byLanguage, language)) return [language, byLanguage[language] as Template];
  }
  return ['en', byLanguage.en as Template];
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name) =>
    Object.hasOwn(values, name) ? (values[name] as string) : placeholder,
  );
}

function htmlOf(paragraphs: readonly string[], language: string): string {
  const body = paragraphs.map((text) => `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`).join('\n');
  return `<!DOCTYPE html>\n<html lang="${language}"><body style="font-family:sans-serif;max-width:40em">\n${body}\n</body></html>`;
}

/** A name may hold whatever its owner likes. */
function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
