/** Letters of a secret that is looked for: fewer would blot out common words, and keep nothing from anybody. */
const SHORTEST = 4;

/** A text without secrets that somebody else may have put there, as they are, as JSON writes them, or as an address does. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap(formsOf)
    .filter(({ length }) => length >= SHORTEST)
    .sort((a, b) => b.length - a.length)
    .reduce((shown, form) => shown.replaceAll(form, '…'), text);
}

function formsOf(secret: string): readonly string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...valid(() => decodeURIComponent(secret)),
    ...valid(() => encodeURIComponent(secret)),
  ];
}

/** None of a text that has no such form: a bare % can't be decoded, half a letter not be encoded. */
function valid(form: () => string): readonly string[] {
  try {
    return [form()];
  } catch (cause) {
    if (cause instanceof URIError) return [];
    throw cause;
  }
}
