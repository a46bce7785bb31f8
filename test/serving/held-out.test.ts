import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { blendDigest, blendParts } from '../../src/partition/blend.ts';
import { heldOutScores } from '../../src/serving/held-out.ts';
import type { PartitionRecord } from '../../src/stores/run-records.ts';
import { stream, trainedRecord } from '../support/run-records.ts';

const GLOBAL = digestBytes('global');
const PARENT = digestBytes('parent');

/** What the holdout said of each model that may answer for one record, by its digest. */
async function heldOutOf(record: PartitionRecord): Promise<ReadonlyMap<Digest, unknown>> {
  const found = new Map<Digest, unknown>();
  for (const digest of [GLOBAL, PARENT, OWN, BLEND]) {
    const held = (await heldOutScores(runsOf(record), 'run-1', () => ({ digest }))).get(
      record.text,
    );
    if (held !== undefined) found.set(digest, held);
  }
  return found;
}

function runsOf(record: PartitionRecord): Parameters<typeof heldOutScores>[0] {
  const { trained } = trainedRecord('all');
  if (trained?.kind !== 'trained' || trained.facts.model === null) throw new Error('No model.');
  const facts = { ...trained.facts, model: { ...trained.facts.model, digest: GLOBAL } };
  return {
    partitions: () => stream([record]),
    globalTraining: async () => ({ ...trained, facts }),
  };
}

const record = trainedRecord('car', 1);
const { evaluated, chosen } = record;
const OWN = digestBytes(record.text);
const PARTS = blendParts(OWN, { rung: 'parent', model: PARENT }, 0.4);
const BLEND = blendDigest(PARTS);
if (evaluated === null || chosen === null) throw new Error('It has both.');
const { own, global } = evaluated;
if (own === null || global === null) throw new Error('Both were scored.');

describe('what the holdout said', () => {
  it('is known of the model without partition too, which answers once the chosen one is in quarantine', async () => {
    expect(await heldOutOf(record)).toEqual(
      new Map([
        [GLOBAL, global],
        [OWN, own],
      ]),
    );
  });

  it('is known of each model of a blend, and of the blend itself', async () => {
    const [ofParent, ofBlend] = [
      { ...own, holdoutRows: 100 },
      { ...own, holdoutRows: 150 },
    ];
    const found = await heldOutOf({
      ...record,
      evaluated: {
        ...evaluated,
        parent: { scores: ofParent, comparison: evaluated.comparison },
      },
      chosen: {
        ...chosen,
        model: BLEND,
        blend: { parts: PARTS, withoutFold: [0.4, 0.4, 0.4], scores: ofBlend },
      },
    });
    expect(found).toEqual(
      new Map([
        [GLOBAL, global],
        [PARENT, ofParent],
        [OWN, own],
        [BLEND, ofBlend],
      ]),
    );
  });

  it('is nothing of a model that was not scored on it, nor where nobody answers', async () => {
    const unscored = { ...record, evaluated: { ...evaluated, global: null } };
    expect([...(await heldOutOf(unscored)).keys()]).toEqual([OWN]);
    expect(await heldOutScores(runsOf(record), 'run-1', () => null)).toEqual(new Map());
  });
});
