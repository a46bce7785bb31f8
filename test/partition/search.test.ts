import { describe, expect, it } from 'vitest';
import { outOfFoldRows } from '../../src/estimators/folds.ts';
import { digestJson } from '../../src/frame/digest.ts';
import { winnersOf } from '../../src/partition/candidate-facts.ts';
import { predictionsFromBytes } from '../../src/partition/predictions.ts';
import type { CandidateFacts, SearchFacts, TrainFacts } from '../../src/partition/train-facts.ts';
import { predictedRows } from '../../src/partition/truth.ts';
import type { Candidate, SpecInput } from '../../src/spec/spec.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

const frame = machineFrame({ car: 600 });

type More = {
  readonly replay?: SearchFacts;
  readonly winners?: readonly Candidate[];
  readonly tableRows?: number;
};

function train(tune: SpecInput['tune'], more: More = {}) {
  const spec = machineSpec({ algorithms: ['baseline', 'decision_tree', 'knn'], tune });
  const data = partitionData(frame, spec);
  const args = { spec, task: spec.target.task, classes: STATUSES, scope: 'own' as const, ...more };
  const { facts, blobs } = run('train', data, args);
  const bytes = blobs.get('predictions') as Uint8Array;
  const predictions = predictionsFromBytes(bytes, spec.candidates.length + 1, STATUSES.length);
  return { facts, predictions, model: blobs.get('model'), oof: outOfFoldRows(data.folds) };
}

const statuses = ({ candidates }: TrainFacts) => candidates.map(({ status }) => status);

describe('the search by halving', () => {
  const { facts, predictions, oof } = train({ method: 'halving', trials: 9 });

  it('gives up two thirds of an algorithm after a part of the rows, again and again, and says why', () => {
    const left = facts.candidates.filter(({ status }) => status === 'ok');
    expect(left.map(({ algorithm }) => algorithm)).toEqual(['baseline', 'knn', 'decision_tree']);
    const given = facts.candidates.filter(({ status }) => status === 'dropped');
    expect(given.length).toBeGreaterThan(10);
    for (const { because, cv, foldScores } of given) {
      expect(because).toMatch(
        /^It was not (the best|among the best \d) of \d+ on 1 in [39] training rows, with 0\.\d+\.$/,
      );
      expect(cv.value).toBeNull();
      expect(foldScores).toEqual([]);
    }
  });

  it('fits those that are left on all rows of the same folds', () => {
    facts.candidates.forEach(({ status }, layer) => {
      const predicted = predictedRows(predictions, layer, oof).length;
      expect(predicted).toBe(status === 'ok' ? oof.length : 0);
    });
    expect(facts.candidates[facts.best as number]?.status).toBe('ok');
    expect(facts.search).toBeNull();
  });
});

describe('the search by proposals', () => {
  const tune = { method: 'tpe', trials: 8 } as const;
  const { facts } = train(tune);

  it('tries as many different points of each space as asked, the defaults first', () => {
    for (const algorithm of ['decision_tree', 'knn']) {
      const tried = facts.candidates.filter((candidate) => candidate.algorithm === algorithm);
      expect(tried).toHaveLength(8);
      expect(new Set(tried.map(({ parametersDigest }) => parametersDigest)).size).toBe(8);
      expect(tried.every(({ cv }) => cv.value !== null)).toBe(true);
    }
    expect(facts.candidates[1]?.parameters).toMatchObject({ k: 5, weights: 'uniform' });
  });

  it('is the same for the same seed', () => {
    const again = train(tune);
    expect(again.facts.candidates.map(({ parameters }) => parameters)).toEqual(
      facts.candidates.map(({ parameters }) => parameters),
    );
    expect(again.facts.model?.digest).toBe(facts.model?.digest);
  });
});

describe('a budget', () => {
  it('that is spent at once still tries the simplest, and says what it left', () => {
    const { facts } = train({ method: 'grid', budget: { partition: 1e-9 } });
    expect(facts.search).toEqual({ rounds: 1, completed: [0], cut: [], spent: 'partition' });
    expect(facts.best).toBe(0);
    expect(
      statuses(facts)
        .slice(1)
        .every((status) => status === 'dropped'),
    ).toBe(true);
    expect(facts.candidates[1]?.because).toBe(
      'It was not tried: the budget of tune.budget was spent.',
    );
  });

  it('of the whole run is shared out by rows, and leaves the simplest to every partition', () => {
    const budget = { run: 1e-9 };
    const { facts } = train({ method: 'random', trials: 3, budget }, { tableRows: 1e6 });
    expect(facts.search).toMatchObject({ completed: [0], spent: 'run' });
    expect([facts.best, facts.candidates[0]?.status]).toEqual([0, 'ok']);
  });

  it('of a candidate cuts all but the simplest', () => {
    const { facts } = train({ budget: { candidate: 1e-9 } });
    expect(facts.search).toMatchObject({ completed: [0], cut: [1, 2], spent: null });
    expect(facts.candidates[2]?.because).toBe(
      'It took longer than the 1e-9 s of tune.budget.candidate.',
    );
  });

  it('that nobody reaches changes nothing', () => {
    const free = train({ method: 'random', trials: 4 });
    const wide = train({ method: 'random', trials: 4, budget: { run: 1e6, partition: 1e6 } });
    expect(wide.model).toEqual(free.model);
    expect(wide.facts.candidates.map(({ cv }) => cv)).toEqual(
      free.facts.candidates.map(({ cv }) => cv),
    );
    expect(wide.facts.search?.spent).toBeNull();
  });

  it.each(['random', 'halving', 'tpe'] as const)(
    'that was spent is replayed by its rounds, not by the clock: %s',
    (method) => {
      const budget = { partition: 1e6, candidate: 1e6 };
      const replay = { rounds: 4, completed: [], cut: [2], spent: 'partition' } as const;
      const [once, twice] = [1, 2].map(() => train({ method, trials: 4, budget }, { replay }));
      expect(once?.facts.search?.rounds).toBeLessThanOrEqual(5);
      expect(once?.facts.search?.spent).toBe('partition');
      const comparable = (facts: TrainFacts | undefined) =>
        facts?.candidates.map((candidate) => ({ ...candidate, fitMs: 0 }));
      expect(comparable(twice?.facts)).toEqual(comparable(once?.facts));
      expect(twice?.facts.search).toEqual(once?.facts.search);
      expect(twice?.model).toEqual(once?.model);
    },
  );
});

describe('a warm start', () => {
  const tune = { method: 'tpe', trials: 6, warm_start: true } as const;
  const cold = train(tune).facts.candidates;
  const isTree = ({ algorithm }: { readonly algorithm: string }) => algorithm === 'decision_tree';
  const triedCold = new Set(cold.map(({ parametersDigest }) => parametersDigest));
  const points = [3, 5, 8, null].flatMap((max_depth) =>
    [1, 5, 20].map((min_leaf) => ({ max_depth, min_leaf })),
  );
  const parameters = points.find((point) => !triedCold.has(digestJson(point)));
  const winner = { algorithm: 'decision_tree', parameters: parameters ?? {} };

  it('tries what won elsewhere instead of the first proposal, and proposes from there on', () => {
    const { candidates } = train(tune, { winners: [winner] }).facts;
    const drawn = cold.filter(isTree).slice(0, 2);
    const [first, second, third, ...proposed] = candidates.filter(isTree);
    expect([first, second].map((one) => one?.parameters)).toEqual(
      drawn.map((one) => one.parameters),
    );
    expect(third?.parameters).toEqual(winner.parameters);
    expect(third?.cv.value).not.toBeNull();
    expect(new Set(proposed.map((one) => one.parametersDigest)).size).toBe(3);
    expect(proposed.every((one) => one.parametersDigest !== third?.parametersDigest)).toBe(true);
  });

  it('changes nothing where the winner would have been tried first anyway', () => {
    const defaults = cold.find(isTree) as CandidateFacts;
    const known = { algorithm: 'decision_tree', parameters: defaults.parameters };
    const tried = train(tune, { winners: [known] }).facts.candidates;
    expect(tried.map(({ parametersDigest }) => parametersDigest)).toEqual(
      cold.map(({ parametersDigest }) => parametersDigest),
    );
  });

  it('under a budget comes second, after the simplest', () => {
    const budget = { partition: 1e6 };
    const replay = { rounds: 2, completed: [], cut: [], spent: 'partition' } as const;
    const grid = { method: 'grid', budget, warm_start: true } as const;
    const { candidates } = train(grid).facts;
    const best = candidates.findIndex(
      (one) => isTree(one) && one.parametersDigest === digestJson(winner.parameters),
    );
    expect(best).toBeGreaterThan(1);
    const { search } = train(grid, { replay, winners: [winner] }).facts;
    expect(search?.completed).toEqual([0, best]);
  });
});

it('winners are the best of each algorithm that has a score, the best algorithm first', () => {
  const { candidates } = train({ method: 'random', trials: 3 }).facts;
  const winners = winnersOf('macro_f1', candidates);
  expect(new Set(winners.map(({ algorithm }) => algorithm)).size).toBe(3);
  const scoreOf = ({ parameters, algorithm }: Candidate) =>
    candidates.find(
      (one) => one.algorithm === algorithm && one.parametersDigest === digestJson(parameters),
    )?.cv.value ?? -1;
  const scores = winners.map(scoreOf);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  for (const [i, { algorithm }] of winners.entries())
    for (const one of candidates.filter((candidate) => candidate.algorithm === algorithm))
      expect(one.cv.value ?? -1).toBeLessThanOrEqual(scores[i] as number);
});
