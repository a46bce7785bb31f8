// xoshiro256++ (Blackman and Vigna, 2019), its state filled by splitmix64.

let s0: u64 = 0;
let s1: u64 = 0;
let s2: u64 = 0;
let s3: u64 = 0;
let filler: u64 = 0;

function splitmix(): u64 {
  filler += 0x9e3779b97f4a7c15;
  let z = filler;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** Starts stream number `stream` of `seed`: trees draw from streams of their own, so their order can't matter. */
export function seedRandom(seed: u64, stream: u64): void {
  filler = stream;
  filler = seed ^ splitmix();
  s0 = splitmix();
  s1 = splitmix();
  s2 = splitmix();
  s3 = splitmix();
}

function next(): u64 {
  const result = rotl(s0 + s3, 23) + s0;
  const shifted = s1 << 17;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= shifted;
  s3 = rotl(s3, 45);
  return result;
}

/** A whole number in [0, limit), its bias below limit / 2³². */
export function randomBelow(limit: u32): u32 {
  return <u32>(((next() >> 32) * <u64>limit) >> 32);
}

/** A number in [0, 1). */
export function randomUnit(): f64 {
  return <f64>(next() >> 11) * (1.0 / 9007199254740992.0);
}

/** Whether the next of `slot`'s remaining items (u32) is one of its wanted ones (u32 behind it), each subset as likely. */
export function takeSample(slot: usize): bool {
  const remaining = load<u32>(slot);
  const wanted = load<u32>(slot, 4);
  store<u32>(slot, remaining - 1);
  if (randomBelow(remaining) >= wanted) return false;
  store<u32>(slot, wanted - 1, 4);
  return true;
}

/** Writes 0…count−1 as u32. */
export function listAll(list: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<u32>(list + ((<usize>i) << 2), <u32>i);
}

/** Writes `wanted` of the numbers 0…count−1, ascending, as u32. */
export function randomSubset(list: usize, count: i32, wanted: i32): void {
  let left = wanted;
  let to = list;
  for (let i = 0; i < count && left > 0; i++) {
    if (<i32>randomBelow(<u32>(count - i)) >= left) continue;
    store<u32>(to, <u32>i);
    to += 4;
    left--;
  }
}
