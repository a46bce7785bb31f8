import type { ElfProgram } from './elf.ts';

/** The program that Spark starts in place of `python3`. */
export const LAUNCHER = 'partita-node';

/** Exit codes that nothing else gives: all that Spark lets through of a daemon that does not start. */
const WRONG_MACHINE = 86;
const WRONG_LIBRARY = 87;

/** A shell script of few lines that says in a sentence what would otherwise be `not found`. */
export function launcherText({ machine, loader }: ElfProgram): string {
  const ifMissing = (test: string, sentence: string, code: number) =>
    `${test} || { echo "Partita: ${sentence}" >&2; exit ${code}; }\n`;
  return [
    '#!/bin/sh\n',
    'here=${0%/*}\n',
    ifMissing(
      `[ "$(uname -sm)" = "Linux ${machine}" ]`,
      `this runtime is for Linux ${machine}, this machine is $(uname -sm); make one with partita spark bundle --node FILE.`,
      WRONG_MACHINE,
    ),
    loader === null
      ? ''
      : ifMissing(
          `[ -e "${loader}" ]`,
          `the Node of this runtime needs ${loader}, which this machine has not (another C library?); make a runtime with partita spark bundle --node FILE.`,
          WRONG_LIBRARY,
        ),
    'exec "$here/node" --enable-source-maps "$here/worker.cjs" "$@"\n',
  ].join('');
}

/** Why executors could not start the runtime, when Spark's error says so; `undefined` for any other error. */
export function explainLaunch(sparkError: string): string | undefined {
  const code = Number(/terminated with code: (\d+)/.exec(sparkError)?.[1]);
  const missing = /Cannot run program "([^"]*partita-node)"/.exec(sparkError)?.[1];
  if (missing !== undefined)
    return `An executor has no "${missing}": the archive was not unpacked there, or the path is not in its image.`;
  if (code === WRONG_MACHINE)
    return "The executors' machines are not of the kind that the runtime was made for; make one for them with `partita spark bundle --node FILE`, FILE being their Node.";
  if (code === WRONG_LIBRARY)
    return "The executors have another C library than the runtime's Node needs; make one for them with `partita spark bundle --node FILE`, FILE being a Node for theirs.";
  return undefined;
}
