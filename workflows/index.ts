export { experiment } from './experiment.ts';
