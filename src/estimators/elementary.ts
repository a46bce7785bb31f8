import { withKernels } from '../kernels/kernels.ts';
import { neverStops } from './polling.ts';

/** e^x and ln x to the last bits the same on every machine, unlike `Math.exp` and `Math.log`. */
export function exponential(x: number): number {
  return withKernels(neverStops, ({ calls }) => calls.exponential(x));
}

export function logarithm(x: number): number {
  return withKernels(neverStops, ({ calls }) => calls.logarithm(x));
}
