import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestBytes, partitionId } from '../../src/frame/digest.ts';
import { cardFacts, modelReview } from '../../src/operations/card.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import type { CardFacts } from '../../src/report/card/card-facts.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import { createPostgresAnnotationStore } from '../../src/stores/postgres/postgres-annotation-store.ts';
import { createPostgresAuditStore } from '../../src/stores/postgres/postgres-audit-store.ts';
import { createPostgresLineageStore } from '../../src/stores/postgres/postgres-lineage-store.ts';
import { createPostgresQuarantineStore } from '../../src/stores/postgres/postgres-quarantine-store.ts';
import { createPostgresRegistryStore } from '../../src/stores/postgres/postgres-registry-store.ts';
import { GLOBAL_PARTITION } from '../../src/stores/run-records.ts';
import {
  attempt,
  chosenOf,
  evaluatedOf,
  recordPlan,
  snapshotOf,
  totalsOf,
  trainedOf,
} from '../stores/made-up-run.ts';
import { kindOf, openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';
import { makeFolder } from '../support/test-folder.ts';

let opened: TestRunStore;
let context: OperationContext;
let runId: string;
let facts: CardFacts;

const CAR = digestBytes(`model of ${partitionId('asset_type=car')}`);
const ALL = digestBytes(`model of ${GLOBAL_PARTITION}`);
const by = { actor: 'ada', role: 'admin', reason: null } as const;
const HOSTILE = '<img src=x onerror=alert(1)> | **bold** [link](javascript:alert(1))';

beforeAll(async () => {
  opened = await openRunStore();
  const { db, store } = opened;
  const parts = {
    runs: store,
    objects: createFileObjectStore(makeFolder()),
    lineage: createPostgresLineageStore(db),
    annotations: createPostgresAnnotationStore(db),
    quarantine: createPostgresQuarantineStore(db),
    registry: createPostgresRegistryStore(db),
    audit: createPostgresAuditStore(db),
  };
  context = parts as unknown as OperationContext;
  runId = await opened.startRun();
  const ids = await recordPlan(store, runId, snapshotOf(['car', 'loader']));
  const trained = ids.map((id) => trainedOf(id));
  await store.recordTraining(runId, 0, trained, attempt());
  await store.recordGlobalTraining(runId, trainedOf(GLOBAL_PARTITION), attempt());
  await store.recordEvaluation(runId, 0, ids.map(evaluatedOf), attempt());
  await store.recordChoice(runId, ids.map(chosenOf), totalsOf(2), attempt());
  await store.setStatus(runId, 'SUCCEEDED');
  await parts.registry.promote({ ...by, runId, alias: 'champion', reason: 'holds in summer' });
  const run = { kind: 'run', runId } as const;
  const owner = { kind: 'tag', name: 'owner', text: 'Ada Lovelace' } as const;
  await parts.annotations.annotate(run, owner, by);
  const note = { kind: 'note', text: HOSTILE } as const;
  await parts.annotations.annotate({ kind: 'model', model: CAR }, note, by);
  await parts.audit.append({
    ...by,
    action: 'run.reproduced',
    target: { run: runId, again: runId },
    after: { isReproduced: false, cause: 'environment', first: null },
  });
  facts = await cardFacts(context, CAR.slice(0, 20));
});
afterAll(() => opened?.close());

describe('the card of a model', () => {
  it('answers what reviewers ask, from the record', () => {
    expect(facts).toMatchObject({
      model: CAR,
      withheld: null,
      made: { runId, partition: 'asset_type=car', requestedBy: 'tester', seed: '42' },
      rows: { used: 800, holdout: 200 },
      selection: { kept: ['engine_rpm'], dropped: [{ column: 'shift' }] },
      scores: { cv: { value: 0.9 } },
      choice: { runnerUp: { algorithm: 'logistic', cv: 0.81 }, metric: 'macro_f1' },
      aliases: [{ alias: 'champion', runId, answers: 1 }],
      promotions: [{ actor: 'ada', reason: 'holds in summer' }],
      sameRows: { runs: 1, models: 2 },
      reproductions: [{ isReproduced: false, cause: 'environment' }],
    });
    expect(facts.choice.margin).toBeCloseTo(0.09, 12);
  });

  it('is the same as JSON, and stands without the bytes of the model', async () => {
    expect(JSON.parse(await modelReview(context, CAR, 'json'))).toEqual(facts);
    expect(facts.bytes).toBeNull();
  });

  it('says in Markdown and in HTML who owns it, why it was chosen, and whether it could be made again', async () => {
    for (const format of ['md', 'html'] as const) {
      const text = (await modelReview(context, CAR, format)).replaceAll('\\', '');
      expect(text).toContain('asset-status: status of asset_type=car');
      for (const words of [
        'Ada Lovelace',
        'not stated; state it with: partita tag',
        '0.0900 better than logistic',
        'rank 12 of 12, 11 kept',
        'asset-status@champion',
        'not the same, for reason of environment',
        'commit c0ffee',
      ])
        expect(text.replaceAll('trees 100', ''), `${format}: ${words}`).toContain(words);
    }
  });

  it('shows what people and data say as text only', async () => {
    const page = await modelReview(context, CAR, 'html');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).toMatch(/Content-Security-Policy" content="default-src &#39;none&#39;/);
    const markdown = await modelReview(context, CAR, 'md');
    expect(markdown).toContain('\\[link\\](javascript:alert(1))');
    expect(markdown).not.toContain('<img');
  });

  it('is there for the model without partition too, and warns of a quarantine at the top', async () => {
    const subject = await context.quarantine.subject(ALL);
    await context.quarantine.quarantine(subject, { ...by, reason: 'sensor 7 was broken' });
    const text = await modelReview(context, ALL, 'md');
    expect(text).toMatch(/trained [1-9]\d* models in [1-9]\d* runs?/);
    expect(text).toContain('status of all rows, without partition');
    expect(text).toMatch(/## Purpose\n\n- \*\*IN QUARANTINE\*\*: It must not answer: sensor 7/);
    expect(await kindOf(cardFacts(context, 'ffff'))).toBe('not-found');
  });
});
