import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { type ProvDocument, provOf } from '../../src/report/prov.ts';
import type { ModelMaking } from '../../src/stores/lineage-store.ts';
import { LINEAGE, MAKING } from '../cli/made-up-lineage.ts';

const HOSTILE = 'eve: "quote" <b>\u202e';
const digest = (digit: string) => `sha256:${digit.repeat(64)}` as Digest;
const made: ModelMaking = {
  ...MAKING,
  edges: [
    { stage: 'features', direction: 'in', role: 'rows', digest: MAKING.data.rows },
    { stage: 'features', direction: 'out', role: 'features', digest: digest('1') },
    { stage: 'train', direction: 'in', role: 'features', digest: digest('1') },
    { stage: 'train', direction: 'in', role: 'folds', digest: digest('2') },
    { stage: 'train', direction: 'out', role: 'model', digest: LINEAGE.model },
  ],
};
const document = provOf({
  ...LINEAGE,
  makings: [made, { ...made, runId: 'run-2', requestedBy: HOSTILE, partition: HOSTILE }],
});

/** The ends of each relation, and what they must be. */
const ENDS: {
  readonly [relation in keyof ProvDocument]?: readonly (readonly [string, keyof ProvDocument])[];
} = {
  used: [
    ['prov:activity', 'activity'],
    ['prov:entity', 'entity'],
  ],
  wasGeneratedBy: [
    ['prov:entity', 'entity'],
    ['prov:activity', 'activity'],
  ],
  wasDerivedFrom: [
    ['prov:generatedEntity', 'entity'],
    ['prov:usedEntity', 'entity'],
  ],
  wasAssociatedWith: [
    ['prov:activity', 'activity'],
    ['prov:agent', 'agent'],
    ['prov:plan', 'entity'],
  ],
  actedOnBehalfOf: [
    ['prov:delegate', 'agent'],
    ['prov:responsible', 'agent'],
  ],
  wasAttributedTo: [
    ['prov:entity', 'entity'],
    ['prov:agent', 'agent'],
  ],
};

describe('a lineage as PROV-JSON', () => {
  it('relates only what it declares, of the right kind, under names that every reader takes', () => {
    let relations = 0;
    for (const [relation, ends] of Object.entries(ENDS))
      for (const one of Object.values(document[relation as 'used'])) {
        relations++;
        for (const [end, kind] of ends)
          expect(Object.keys(document[kind]), `${relation} ${end}`).toContain(one[end]);
      }
    expect(relations).toBeGreaterThan(8);
    const names = [document.entity, document.activity, document.agent].flatMap(Object.keys);
    for (const name of names) expect(name).toMatch(/^partita:[a-z_]+-[\w-]+$/);
  });

  it('leads from the model to its rows, its snapshot, its code and the people who asked', () => {
    const model = `partita:model-${LINEAGE.model.slice(7)}`;
    const derived = Object.values(document.wasDerivedFrom);
    const rows = derived.find((one) => one['prov:generatedEntity'] === model)?.['prov:usedEntity'];
    const snapshot = derived.find((one) => one['prov:generatedEntity'] === rows);
    expect(snapshot?.['prov:usedEntity']).toBe(`partita:snapshot-${MAKING.data.snapshot.slice(7)}`);
    const people = Object.values(document.agent).map((one) => one['prov:label']);
    expect(people).toContain(MAKING.requestedBy);
    expect(people).toContain(HOSTILE);
    const train = Object.values(document.activity).find(
      (one) => one['partita:algorithm'] === MAKING.algorithm,
    );
    expect(train).toMatchObject({ 'partita:seed': MAKING.seed });
  });

  it('is the same for the same lineage', () => {
    expect(JSON.stringify(provOf(LINEAGE))).toBe(JSON.stringify(provOf(LINEAGE)));
  });
});
