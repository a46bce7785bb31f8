import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, in turn: all that a browser does is one file, and others start servers of their own. */
const LONGEST = [
  /\/test\/browser\//,
  /\/test\/(end-to-end|determinism|engines\/spark|web\/routes|contract\/engines-spark|package)\b/,
];

/**
 * The long files first: vitest knows no times in a fresh clone and goes by size, and a short file that describes much (one
 * suite of a contract) would keep one core busy at the end for minutes while the other has nothing left to do.
 */
export class ServersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files);
    return bySize.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((files) => files.test(moduleId));
  return place < 0 ? LONGEST.length : place;
}
