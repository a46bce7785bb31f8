import { describe, expect, it } from 'vitest';
import { reachableFrom } from '../../../src/web/app/parts/reachable.ts';

const OWN = 'http://127.0.0.1:8233/namespaces/default';

describe("an address of the server's own machine", () => {
  it('is shown to whoever sits at that machine, and to nobody else', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(reachableFrom(host, OWN)).toBe(OWN);
    for (const host of ['192.168.0.7', 'partita.example', '127.example'])
      expect(reachableFrom(host, OWN)).toBeNull();
  });

  it('is nothing where there is none', () => {
    expect(reachableFrom('localhost', null)).toBeNull();
  });
});
