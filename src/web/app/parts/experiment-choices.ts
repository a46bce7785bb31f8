/** What can be chosen: the experiments that were read, and the one that is chosen though it was not among them. */
export function experimentChoices(
  read: readonly string[],
  chosen: string | undefined,
): readonly string[] {
  return chosen === undefined || read.includes(chosen) ? read : [chosen, ...read];
}
