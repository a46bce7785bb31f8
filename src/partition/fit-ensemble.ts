import { createEnsembleModel, type EnsembleMember } from '../estimators/ensemble-model.ts';
import { distinctEdits } from '../features/handle/edits.ts';
import { joinHandlings } from '../features/handle/handling.ts';
import type { FitSite, FittedCandidate } from './fit-candidate.ts';
import type { RefitPart } from './part-facts.ts';

/** Fits a candidate, or all members of an ensemble and the one model that they make. Throws as `FitSite.fit` does. */
export function fitChosen(
  site: FitSite,
  { candidate, members }: RefitPart,
  classCount: number,
): FittedCandidate {
  if (members === undefined) return site.fit(candidate);
  const fitted = members.map((member) => site.fit(member.candidate));
  let from = 0;
  const parts = fitted.map(({ model, handling }, i): EnsembleMember => {
    const { weight, adjustments } = members[i] as (typeof members)[number];
    const columns = handling.featureNames.length;
    from += columns;
    return { model, weight, from: from - columns, columns, adjustments };
  });
  return {
    handling: joinHandlings(fitted.map(({ handling }) => handling)),
    edits: distinctEdits(fitted.flatMap(({ edits }) => edits)),
    model: createEnsembleModel({ classCount, members: parts }),
    seed: site.seedOf(candidate),
    trainedRows: Math.max(...fitted.map(({ trainedRows }) => trainedRows)),
    fitMs: fitted.reduce((sum, { fitMs }) => sum + fitMs, 0),
  };
}
