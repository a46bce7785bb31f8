// Steps down a slope, each parameter at a pace of its own: Adam (Kingma and Ba, 2015).
import { Network } from './network';

const DECAY1: f64 = 0.9;
const DECAY2: f64 = 0.999;
const SMALL: f64 = 1e-8;

/** Moves the parameters against their gradients. */
export function stepDown(network: Network, learningRate: f64): void {
  network.power1 *= DECAY1;
  network.power2 *= DECAY2;
  const rate = (learningRate * Math.sqrt(1.0 - network.power2)) / (1.0 - network.power1);
  const rates = f64x2.splat(rate);
  const keep1 = f64x2.splat(DECAY1);
  const keep2 = f64x2.splat(DECAY2);
  const take1 = f64x2.splat(1.0 - DECAY1);
  const take2 = f64x2.splat(1.0 - DECAY2);
  const small = f64x2.splat(SMALL);
  for (let i: usize = 0; i < (<usize>network.count) << 3; i += 16) {
    const g = v128.load(network.gradients + i);
    const m = f64x2.add(f64x2.mul(keep1, v128.load(network.moments1 + i)), f64x2.mul(take1, g));
    const square = f64x2.mul(take2, f64x2.mul(g, g));
    const v = f64x2.add(f64x2.mul(keep2, v128.load(network.moments2 + i)), square);
    v128.store(network.moments1 + i, m);
    v128.store(network.moments2 + i, v);
    const move = f64x2.div(f64x2.mul(rates, m), f64x2.add(f64x2.sqrt(v), small));
    v128.store(network.parameters + i, f64x2.sub(v128.load(network.parameters + i), move));
  }
}
