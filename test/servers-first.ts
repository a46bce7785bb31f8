import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that start servers of their own take a minute and more a file. */
const STARTS_SERVERS =
  /\/test\/(end-to-end|browser|determinism|engines\/spark|web\/routes|contract\/engines-spark|package)\b/;

/**
 * The long files first: vitest knows no times in a fresh clone and goes by size, and a short file that describes much (one
 * suite of a contract) would keep one core busy at the end for minutes while the other has nothing left to do.
 */
export class ServersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => STARTS_SERVERS.test(moduleId);
    return [...bySize.filter(isLong), ...bySize.filter((file) => !isLong(file))];
  }
}
