import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/**
 * Every activity's time-outs and retries, once, each with its reason. How many attempts which failure is worth:
 * activities/failures.ts. What is left to the policy here is an outage, and a worker that is lost: 1,000 attempts at
 * most 30 s apart outlast a night without the database.
 */
const retry = {
  maximumAttempts: 1000,
  initialInterval: '1 second',
  maximumInterval: '30 seconds',
} as const;

/** A cancelled run has ended when its activities have: what they commit on the way out belongs to it. */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Reading a source may take hours; it tells that it lives every few seconds. */
export const reading = proxyActivities<Activities>({
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '30 seconds',
  retry,
  cancellationType,
});

/**
 * A batch runs as long as its partitions' own limits allow; a lost worker is noticed within 15 seconds. `summary`: what
 * Temporal's own pages say of it, one line.
 */
export const batches = (summary: string) =>
  proxyActivities<Activities>({
    startToCloseTimeout: '7 days',
    heartbeatTimeout: '15 seconds',
    retry,
    cancellationType,
    summary,
  });

/** Barriers read and write many rows, but compute little. */
export const barriers = proxyActivities<Activities>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '30 seconds',
  retry,
  cancellationType,
});

/** One row changes its status; the database may be away for a while. */
export const statuses = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry,
  cancellationType,
});
