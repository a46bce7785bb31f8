import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findEstimator } from '../../src/estimators/registry.ts';
import { handlingOf } from '../../src/features/handle/handling.ts';
import type { Frame } from '../../src/frame/frame.ts';
import { predictRows } from '../../src/partition/pipeline.ts';
import { loadPipeline } from '../../src/partition/pipeline-bytes.ts';
import { pipelineToOnnx } from '../../src/partition/pipeline-onnx.ts';
import { matrixOf, values } from '../support/tables.ts';

type Case = {
  readonly name: string;
  /** Of a fitted pipeline, as base64. */
  readonly pipeline: string;
  /** Of the ONNX file that onnxruntime loaded, and what it said. */
  readonly sha256: string;
  readonly prediction: readonly (string | number)[];
  readonly probabilities: readonly number[];
};

/** Made by `make-onnx.py` beside it, which needs onnxruntime; a pipeline's bytes decide its ONNX file. */
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/onnx/onnx.json', import.meta.url), 'utf8'),
) as {
  readonly levels: readonly string[];
  readonly classes: readonly string[];
  readonly a: readonly (number | null)[];
  readonly b: readonly number[];
  readonly colour: readonly string[];
  readonly cases: readonly Case[];
};

const rowCount = fixture.a.length;
const numbers = (cells: readonly (number | null)[]) =>
  Float64Array.from(cells, (cell) => cell ?? Number.NaN);
const frame: Frame = {
  rowCount,
  columns: [
    { kind: 'number', name: 'a', values: numbers(fixture.a) },
    { kind: 'number', name: 'b', values: numbers(fixture.b) },
    {
      kind: 'category',
      name: 'colour',
      codes: Int32Array.from(fixture.colour, (text) => fixture.levels.indexOf(text)),
      levels: fixture.levels,
    },
    { kind: 'number', name: 'nothing', values: new Float64Array(rowCount).fill(Number.NaN) },
  ],
};

describe('a pipeline as ONNX', () => {
  it.each(fixture.cases)('says in onnxruntime what it says here: $name', (one) => {
    const pipeline = loadPipeline(Buffer.from(one.pipeline, 'base64'));
    // The very file that onnxruntime was given, so that its answers below are those of this code.
    const onnx = pipelineToOnnx(pipeline);
    expect(createHash('sha256').update(onnx).digest('hex')).toBe(one.sha256);
    const ours = predictRows(pipeline, frame, [{ start: 0, count: rowCount }]);
    const isOfClasses = one.probabilities.length > 0;
    const theirs = isOfClasses ? one.probabilities : one.prediction;
    expect(theirs).toHaveLength(ours.length);
    ours.forEach((value, i) => {
      expect(Math.abs(value - Number(theirs[i]))).toBeLessThan(1e-6);
    });
    if (!isOfClasses) return;
    const labels = Array.from({ length: rowCount }, (_, row) => {
      const shares = [...ours.subarray(3 * row, 3 * row + 3)];
      return fixture.classes[shares.indexOf(Math.max(...shares))];
    });
    expect(one.prediction).toEqual(labels);
  });

  const [first] = fixture.cases;
  const pipeline = loadPipeline(Buffer.from(first?.pipeline ?? '', 'base64'));

  it('names an engineered step that has no ONNX form', () => {
    const contract = { ...pipeline.contract, steps: [{ log: ['a'] }] };
    expect(() => pipelineToOnnx({ ...pipeline, contract })).toThrow(
      /The step "log" of features\.engineer has no ONNX form; export the model as json/,
    );
  });

  it('names an algorithm that has no ONNX form', () => {
    const baseline = findEstimator('baseline');
    const x = matrixOf([[1, 2]]);
    const model = baseline?.fit(x, values([1, 2]), {}, { seed: 1n });
    if (model === undefined) throw new RangeError('No baseline.');
    expect(() => pipelineToOnnx({ ...pipeline, model })).toThrow(
      /The algorithm baseline has no ONNX form/,
    );
  });

  it('names a column whose empty text could not be told from a missing one', () => {
    const handling = handlingOf({
      version: 1,
      columns: [
        {
          kind: 'category',
          column: 'note',
          levels: ['', 'x'],
          fill: null,
          indicator: false,
          encoding: { rule: 'one_hot', missing: true },
        },
      ],
    });
    expect(() => pipelineToOnnx({ ...pipeline, handling })).toThrow(/`note` has the empty text/);
  });
});
