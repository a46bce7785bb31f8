export { experiment } from './experiment.ts';
export { scheduledRun } from './scheduled-run.ts';
