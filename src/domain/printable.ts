// Names come from data: an escape sequence in one must not reach the terminal.
const CONTROLS = /[\p{Cc}\p{Bidi_Control}]/gu;

/** Text from data as it may stand on a terminal: controls shown as `\u001b`, cut to `maxLength` characters. */
export function printable(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const safe = text.replace(CONTROLS, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return safe.length > maxLength ? `${safe.slice(0, maxLength - 1)}…` : safe;
}
