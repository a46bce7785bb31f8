import { describe, expect, it } from 'vitest';
import { parseRemote } from '../../../src/engines/spark/connect/remote.ts';

describe('the address of Spark Connect', () => {
  it('has a default port and user, and no TLS', () => {
    expect(parseRemote('sc://spark.example')).toEqual({
      address: 'spark.example:15002',
      tls: false,
      userId: 'partita',
      headers: {},
    });
  });

  it("takes Spark's parameters, and sends the others as headers", () => {
    const text = 'sc://[2001:db8::1]:443/;use_ssl=true;user_id=ann%20b;token=a%3D;x-region=eu;';
    expect(parseRemote(text)).toEqual({
      address: '[2001:db8::1]:443',
      tls: true,
      token: 'a=',
      userId: 'ann b',
      headers: { 'x-region': 'eu' },
    });
  });

  it('turns TLS on with a token, but for a server on this machine', () => {
    expect(parseRemote('sc://far:1/;token=t').tls).toBe(true);
    expect(parseRemote('sc://127.0.0.1:1/;token=t').tls).toBe(false);
    expect(parseRemote('sc://localhost:1/;token=t;use_ssl=true').tls).toBe(true);
  });

  it.each([
    ['http://host:1', 'sc://'],
    ['sc://', 'names no host'],
    ['sc://host:', 'names no host'],
    ['sc://host:0', 'port 0'],
    ['sc://host:70000', 'port 70000'],
    ['sc://user:secret@host:1', 'names no host'],
    ['sc://host:1/path', 'has a path'],
    ['sc://host:1/;token=two%0Alines', 'no header can carry'],
    ['sc://host:1/;secret', 'name=value'],
    ['sc://host:1/;use_ssl=yes', 'use_ssl'],
    ['sc://host:1/;a=1;a=2', 'a twice'],
    ['sc://host:1/;token=%E0', 'percent-encoded'],
    ['sc://host:1/;token=secret;use_ssl=false', 'without TLS'],
  ])('refuses %s and says why', (text, why) => {
    const parse = () => parseRemote(text);
    expect(parse).toThrow(expect.objectContaining({ kind: 'invalid-spec' }));
    expect(parse).toThrow(why);
  });

  it('takes a token that a line’s end was left behind', () => {
    expect(parseRemote('sc://h:1/;token=t\n').token).toBe('t');
  });

  it('never repeats a token', () => {
    const texts = [
      'sc://h:1/;token=hush;use_ssl=maybe',
      'sc://h:1/;hush',
      'sc://h:1/;token=hush%E0',
      'sc://h:1/token=hush',
      'sc://h:1?token=hush',
      'sc://me:hush@h:1',
      'sc://h:1/;token=hush%0Ahush',
    ];
    for (const text of texts) expect(() => parseRemote(text)).not.toThrow('hush');
    expect.assertions(texts.length);
  });
});
