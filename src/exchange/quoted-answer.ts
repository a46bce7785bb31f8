import { withoutSecrets } from '../domain/without-secrets.ts';

const LONGEST = 300;

/** The beginning of what a server answered, without the secrets that it was asked with, should it repeat them. */
export function quotedAnswer(answer: string, secrets: readonly string[]): string {
  return withoutSecrets(answer, secrets).slice(0, LONGEST);
}
