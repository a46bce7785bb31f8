import { expect, it } from 'vitest';
import { System as Parts } from '../../src/compose/system.ts';
import { type ScoredRow, Scorer } from '../../src/operations/scorer.ts';
import type { ObjectStore } from '../../src/stores/object-store.ts';
import type { Web } from './ask.ts';
import { checkedAsk } from './checked-ask.ts';
import { readingsSpec, type System } from './trained-run.ts';

type Given = {
  readonly web: Web;
  readonly system: System;
  /** Of the readings, uploaded. */
  readonly path: string;
};

const ROWS = ['car', 'loader', 'truck'].map((kind) => ({
  kind,
  rpm: 2500,
  load: 0.5,
  shift: null,
}));

/** Two versions of an experiment whose partitions all answer with models of their own. */
export function describeMovingName(given: () => Given): void {
  const ask = checkedAsk(() => given().web);

  it('answers by the models of one run, though the name moves to another run while they are opened', async () => {
    const { services, config } = given().system;
    const old = await trained('decision_tree');
    const fresh = await trained('logistic');
    await promote(old);
    const before = await answersOf(services, old);
    const after = await answersOf(services, fresh);
    const digests = [...before, ...after].map(({ model }) => model);
    expect(new Set(digests).size).toBe(2 * ROWS.length);

    const parts = new Parts(config);
    const context = await parts.context();
    const { objects, reached, open } = held(context.objects);
    const scorer = new Scorer(() => Promise.resolve({ ...context, objects }));
    const early = answersOf(scorer, 'moving@live');
    await reached;
    await promote(fresh);
    const late = answersOf(scorer, 'moving@live');
    open();
    expect(await early).toEqual(before);
    expect(await late).toEqual(after);
    await parts.close();
  }, 120_000);

  it('reads what it serves again where something of it is in quarantine, and nowhere else', async () => {
    const { services, config } = given().system;
    const parts = new Parts(config);
    const context = await parts.context();
    let readings = 0;
    const serving: typeof context.facts.serving = (...asked) => {
      readings++;
      return context.facts.serving(...asked);
    };
    const facts = { ...context.facts, serving };
    const scorer = new Scorer(() => Promise.resolve({ ...context, facts }));
    const because = { reason: 'a broken sensor' };
    const held = async (experiment: string) => {
      const car = { what: 'kind=car', experiment };
      await services.quarantines.begin(car, because);
      const answers = await answersOf(scorer, 'moving@live');
      await services.quarantines.end(car, because);
      return answers;
    };
    const usual = await answersOf(scorer, 'moving@live');
    const once = readings;
    expect(await held('machines')).toEqual(usual);
    expect(readings).toBe(once);
    expect((await held('moving')).map(({ rung }) => rung)).toEqual(['none', 'own', 'own']);
    expect(readings).toBe(2 * once);
    expect(await answersOf(scorer, 'moving@live')).toEqual(usual);
    expect(readings).toBe(2 * once);
    await parts.close();
  });

  async function trained(algorithm: string): Promise<string> {
    const spec = readingsSpec(given().path, {
      name: 'moving',
      partition: { by: 'kind', on_small: 'skip' },
      global: { enabled: false },
      algorithms: [algorithm],
    });
    const { json } = await ask('POST /runs', {}, { body: { spec } });
    const { services } = given().system;
    await services.watch(json.runId, () => undefined, new AbortController().signal);
    return json.runId;
  }

  async function promote(run: string): Promise<void> {
    await ask('POST /runs/{run}/promote', { run }, { body: { alias: 'live' } });
  }
}

function answersOf(by: Pick<Scorer, 'score'>, run: string): Promise<readonly ScoredRow[]> {
  return by.score(run, ROWS);
}

/** Lends no byte before it is opened; `reached` once the first is asked for. */
function held(store: Pick<ObjectStore, 'getRange'>) {
  let reach = () => {};
  let open = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const objects: typeof store = {
    getRange: async (...asked) => {
      reach();
      await opened;
      return store.getRange(...asked);
    },
  };
  return { objects, reached, open };
}
