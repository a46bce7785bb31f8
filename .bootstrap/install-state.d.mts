/** Why the packages have to be installed in this folder, in a few words, or null when it has not. */
export function installProblem(root: string): string | null;
