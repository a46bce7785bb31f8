import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/** Every activity's time-outs and retries, once, each with its reason. Which failures are final: activities/failures.ts. */

/** Reading a source may take hours; it tells that it lives every few seconds. */
export const reading = proxyActivities<Activities>({
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '30 seconds',
  retry: { maximumAttempts: 3, initialInterval: '2 seconds' },
});

/** A batch runs as long as its partitions' own limits allow; a lost worker is noticed within 15 seconds. */
export const batches = proxyActivities<Activities>({
  startToCloseTimeout: '7 days',
  heartbeatTimeout: '15 seconds',
  retry: { maximumAttempts: 10, initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Barriers read and write many rows, but compute little. */
export const barriers = proxyActivities<Activities>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '30 seconds',
  retry: { maximumAttempts: 10, initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** One row changes its status; the database may be away for a while. */
export const statuses = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 60, initialInterval: '1 second', maximumInterval: '30 seconds' },
});
