import { isReference } from './userReference.ts';

/** No text of a mail program around an address is longer, in characters. */
const GIVEN_MAX_LENGTH = 1_000;
/** Wrappers lie within each other, such as `"Ada" <mailto:ada@contoso.com>;`. */
const MAX_WRAPPERS = 5;

/** Characters without width, which come along when text is copied from a web page or a chat. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
/** What word processors, phones and other keyboards write instead of an apostrophe. Entra allows only the straight one. */
const APOSTROPHES = /[\u0060\u00b4\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02c8\u2032\u055a\uff07]/g;
const QUOTES = '"\'\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u0060\u00b4';

/** What mail programs, chats and SharePoint put around an address; the first group is the address. */
const WRAPPERS: readonly RegExp[] = [
  /^(.*[^\s;,.])[\s;,.]+$/s, // the end of an entry in a list
  /^[^<>]*<([^<>]+)>$/, // Ada Keller <ada@contoso.com>
  /^\[[^\]]*\]\(([^()]+)\)$/, // a link in Markdown
  /^[^()]*\(([^()@]+@[^()]+)\)$/, // Ada Keller (ada@contoso.com)
  new RegExp(`^[${QUOTES}](.+)[${QUOTES}]$`),
  /^i:0#\.f\|membership\|(.+)$/i, // a sign-in name of SharePoint
  /^\{([0-9a-f-]{36})\}$/i,
];
const MAILTO = /^mailto:([^?]+)(?:\?.*)?$/i;

/** A reference, and the text of the request if it had to be cleaned. */
export interface CleanedReference {
  readonly reference: string;
  readonly given?: string;
}

/**
 * Reads a reference as people write or paste it: without the text that mail programs put around it, without invisible
 * characters, and with straight apostrophes. Blanks around it are no cleaning.
 * @returns undefined when the text is no object id and no user principal name
 */
export function readReference(given: string): CleanedReference | undefined {
  if (given.length > GIVEN_MAX_LENGTH) return undefined;
  const text = given.trim();
  // A user principal name has an @, which a link encodes with %, and an object id has hyphens.
  if (!/[@%-]/.test(text)) return undefined;
  if (isReference(text) && text.search(APOSTROPHES) < 0 && text === text.normalize('NFC')) return { reference: text };
  const reference = clean(text);
  if (!isReference(reference)) return undefined;
  return reference === text ? { reference } : { reference, given };
}

function clean(text: string): string {
  let inner = text.replace(INVISIBLE, '').normalize('NFC').trim();
  for (let depth = 0; depth < MAX_WRAPPERS && !isReference(inner); depth++) {
    const unwrapped = unwrap(inner);
    if (unwrapped === inner) break;
    inner = unwrapped;
  }
  return inner.replace(APOSTROPHES, "'");
}

function unwrap(text: string): string {
  const [, address] = MAILTO.exec(text) ?? [];
  if (address !== undefined) return decoded(address).trim();
  for (const wrapper of WRAPPERS) {
    const [, inner] = wrapper.exec(text) ?? [];
    if (inner !== undefined) return inner.trim();
  }
  return text;
}

/** An address in a link is encoded for URLs. */
function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
