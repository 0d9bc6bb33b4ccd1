/** The beginning of a text, of at most so many characters. It does not split a surrogate pair, which UTF-8 cannot encode. */
export function cutText(text: string, maxLength: number): string {
  const end = maxLength < text.length && isFirstOfPair(text, maxLength - 1) ? maxLength - 1 : maxLength;
  return text.slice(0, end);
}

/** The beginning of a text that takes at most so many characters in JSON, where some characters take up to six. */
export function cutJsonText(text: string, maxLength: number): string {
  for (let end = Math.min(text.length, maxLength); ; ) {
    const part = cutText(text, end);
    const length = JSON.stringify(part).length - 2;
    if (length <= maxLength) return part;
    end = Math.min(end - 1, Math.floor((end * maxLength) / length));
  }
}

/** Whether the UTF-16 unit at this position is the first of a surrogate pair. */
export function isFirstOfPair(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit <= 0xdbff;
}
