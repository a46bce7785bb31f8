const LONGEST = 300;

/** The beginning of what a server answered, without the secrets that it was asked with, should it repeat them. */
export function quotedAnswer(answer: string, secrets: readonly string[]): string {
  const shown = secrets
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '…'), answer);
  return shown.slice(0, LONGEST);
}
