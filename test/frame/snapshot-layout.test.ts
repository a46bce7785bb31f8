import { describe, expect, it } from 'vitest';
import { folderLayoutIn, LAYOUT_FILE } from '../../src/frame/snapshot-layout.ts';

describe('the layout of a folder', () => {
  const layoutOf = (...files: readonly unknown[]) =>
    folderLayoutIn(new TextEncoder().encode(JSON.stringify({ columns: [], files })));

  it('names files of the folder, with their bytes', () => {
    const file = { name: 'part-0.parquet', bytes: 9 };
    expect(layoutOf(file)).toEqual({ columns: [], files: [file] });
    expect(layoutOf()).toEqual({ columns: [], files: [] });
  });

  it.each([
    ['above it', { name: '../part-0.parquet', bytes: 9 }],
    ['that is the folder around it', { name: '..', bytes: 9 }],
    ['below another folder', { name: 'deep/part-0.parquet', bytes: 9 }],
    ['of an absolute path', { name: '/etc/passwd', bytes: 9 }],
    ['without a name', { name: '', bytes: 9 }],
    ['that is the layout itself', { name: LAYOUT_FILE, bytes: 9 }],
    ['of no size', { name: 'part-0.parquet' }],
    ['whose size is no number', { name: 'part-0.parquet', bytes: '9' }],
    ['that is only a name', 'part-0.parquet'],
  ])('is none with a file %s', (_what, file) => {
    expect(layoutOf({ name: 'part-1.parquet', bytes: 1 }, file)).toBeNull();
  });
});
