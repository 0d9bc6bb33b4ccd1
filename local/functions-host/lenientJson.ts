/** A string, a comment, or a comma that nothing follows but comments and the end of its list or object. */
const TOKEN = /"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*[\]}])/g;

/**
 * Reads JSON as the host reads host.json: a byte order mark, comments and commas after the last element are allowed.
 * @throws SyntaxError when it is not JSON even so; positions in its message are those of the text
 */
export function parseLenientJson(text: string): unknown {
  // Blanks take the place of what is left out, so that positions stay true.
  const strict = text.replace(/^\uFEFF/, '').replace(TOKEN, (token) => {
    return token.startsWith('"') ? token : token.replaceAll(/[^\n]/g, ' ');
  });
  return JSON.parse(strict);
}
