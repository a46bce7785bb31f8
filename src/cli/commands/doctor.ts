import { checkObjects } from '../../compose/objects.ts';
import type { Config } from '../../config.ts';
import type { Finding, FindingLevel } from '../../domain/finding.ts';
import { printable } from '../../domain/printable.ts';
import { diagnose } from '../../embedded/diagnosis.ts';
import type { Services } from '../../operations/services.ts';
import { countedText, countText } from '../../report/number-text.ts';

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
  const findings = (await Promise.all([diagnose(config), checkObjects(config)])).flat();
  for (const { name, level, found, remedy } of findings) {
    write(`${MARKS[level].padEnd(3)} ${name.padEnd(9)} ${found}`);
    if (remedy !== null) write(`              ${remedy}`);
  }
  return { healthy: findings.every((finding) => finding.level !== 'problem'), findings };
}

type Checked = Awaited<ReturnType<Services['checkIntegrity']>>;

/** `partita doctor --integrity`: what always holds of a record and does not of this one, with a few of whom. Changes nothing. */
export async function runIntegrity(
  services: Pick<Services, 'checkIntegrity'>,
  write: (line: string) => void,
): Promise<Checked & { readonly healthy: boolean }> {
  const { checked, broken } = await services.checkIntegrity();
  for (const { name, what, count, offenders, remedy } of broken) {
    write(`NO  ${countText(count)} ${what} (${name}):`);
    for (const offender of offenders) write(`      ${printable(offender, 200)}`);
    if (count > offenders.length) write(`      … and ${countText(count - offenders.length)} more`);
    write(`    ${remedy}`);
  }
  const looked = countedText(checked.length, 'invariant');
  if (broken.length === 0) write(`The record is sound: ${looked} hold.`);
  else write(`The record is not sound: ${broken.length} of ${looked} do not hold.`);
  return { healthy: broken.length === 0, checked, broken };
}
