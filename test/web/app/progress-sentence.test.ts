import { describe, expect, it } from 'vitest';
import {
  progressSentence,
  troubleSentence,
} from '../../../src/web/app/pages/run/progress-sentence.ts';
import { stateOf } from '../../cli/fake-services.ts';

const training = stateOf({ stage: 'train', batches: { done: 1, running: 2, total: 4 } });

describe('what the page of a run says of its progress', () => {
  it('is the stage and its batches, and how far a cluster is with those in flight', () => {
    expect(progressSentence(training, [])).toBe('Now at train: 1 of 4 batches.');
    const onSpark = { ...training, cluster: { tasks: 12, done: 3 } };
    expect(progressSentence(onSpark, [])).toBe(
      'Now at train: 1 of 4 batches, Spark has done 3 of 12 tasks.',
    );
  });

  it('names what is in the way of the run', () => {
    expect(troubleSentence(training)).toBeNull();
    const trouble = "Spark Connect at 127.0.0.1:15002 can't be reached.";
    expect(troubleSentence({ ...training, trouble })).toBe(`Trying again: ${trouble}`);
  });
});
