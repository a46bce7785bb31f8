import { describe } from 'vitest';
import { visiting } from '../support/visiting.ts';
import { describeFirstSteps } from './describe-first-steps.ts';
import { describeHostile } from './describe-hostile.ts';
import { describeManyPartitions } from './describe-many-partitions.ts';
import { describeMining } from './describe-mining.ts';
import { describeOtherKey } from './describe-other-key.ts';
import { describeWholePath } from './describe-whole-path.ts';

/** One server and one browser for all of it, in the order in which somebody comes to know it. */
describe('the application', () => {
  const visitor = visiting();
  describeFirstSteps(visitor);
  describeWholePath(visitor);
  describeMining(visitor);
  describeHostile(visitor);
  describeManyPartitions(visitor);
  describeOtherKey(visitor);
});
