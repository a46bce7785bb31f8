import type { Config } from '../../config.ts';
import type { Finding, FindingLevel } from '../../domain/finding.ts';
import { diagnose } from '../../embedded/diagnosis.ts';

export type DoctorResult = { readonly healthy: boolean; readonly findings: readonly Finding[] };

const MARKS: { readonly [level in FindingLevel]: string } = {
  ok: 'ok',
  warning: '!',
  problem: 'NO',
};

/** `partita doctor`: what Partita needs of this machine, what is there, and what to do about the rest. Changes nothing. */
export async function runDoctor(
  config: Config,
  write: (line: string) => void,
): Promise<DoctorResult> {
  const findings = await diagnose(config);
  for (const { name, level, found, remedy } of findings) {
    write(`${MARKS[level].padEnd(3)} ${name.padEnd(9)} ${found}`);
    if (remedy !== null) write(`              ${remedy}`);
  }
  return { healthy: findings.every((finding) => finding.level !== 'problem'), findings };
}
