/**
 * When the last of the pieces ends that threads take in the given order, each as soon as it is free (list scheduling): at
 * most a third above the best where the longest come first (Graham 1969). In the unit of the pieces. O(pieces × threads).
 */
export function makespan(pieces: Iterable<number>, threads: number): number {
  const busyUntil = new Float64Array(Math.max(1, threads));
  for (const piece of pieces) {
    let first = 0;
    for (let i = 1; i < busyUntil.length; i++)
      if ((busyUntil[i] as number) < (busyUntil[first] as number)) first = i;
    busyUntil[first] = (busyUntil[first] as number) + piece;
  }
  return busyUntil.reduce((last, until) => Math.max(last, until), 0);
}
