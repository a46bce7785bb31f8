import { describe, expect, it } from 'vitest';
import { featureColumns, shapesOf } from '../../src/features/column-shape.ts';
import { frameOf, numbers, texts, times } from './frames.ts';

describe('featureColumns', () => {
  it('are the numbers and texts without another role, never a raw timestamp', () => {
    const shapes = shapesOf(
      frameOf(numbers('id', [1]), numbers('rpm', [1]), times('at', [null]), texts('mode', ['a'])),
    );
    expect(featureColumns(shapes, new Set(['id']))).toEqual(['rpm', 'mode']);
  });
});
