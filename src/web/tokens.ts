import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import { makePrivateFolder, writePrivateFile } from '../embedded/private-file.ts';
import type { Actor } from './actor.ts';
import { ROLES, type Role } from './contract/endpoint.ts';

const fileSchema = z.strictObject({
  tokens: z.array(
    z.strictObject({
      name: z.string(),
      role: z.enum(ROLES),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

/** Who may ask, kept in `<folder>/web`: digests of the tokens that were given away, and the owner's own one in clear. */
export interface Tokens {
  /** Who runs this server. */
  readonly owner: Actor;
  /** Whether a token was given to anybody. */
  readonly areConfigured: boolean;
  /** Signs cookies: whoever knows it is the owner anyway. */
  readonly signingKey: string;
  actorOf(token: string): Actor | null;
  /** Who has a token under this name; null: it was taken back. */
  actorNamed(name: string): Actor | null;
}

/** Reads the tokens of a `.partita` folder; makes the owner's on the first call (0600). Reads them anew at every question. */
export function openTokens(folder: string): Tokens {
  const own = ownToken(folder);
  const owner = { name: userInfo().username, role: 'admin', sha256: sha256(own) } as const;
  const known = () => [owner, ...readTokens(folder)];
  return {
    owner: { name: owner.name, role: owner.role },
    get areConfigured() {
      return readTokens(folder).length > 0;
    },
    signingKey: sha256(`cookies ${own}`),
    actorOf(token) {
      const digest = Buffer.from(sha256(token), 'hex');
      // Every digest is compared in constant time: how long it takes says nothing.
      const found = known().filter(({ sha256: hex }) =>
        timingSafeEqual(digest, Buffer.from(hex, 'hex')),
      );
      return actorFrom(found[0]);
    },
    actorNamed: (name) => actorFrom(known().find((one) => one.name === name)),
  };
}

/** A new token for somebody; the same name again replaces the old one. It is told once and kept as a digest. */
export function giveToken(folder: string, name: string, role: Role): string {
  if (!/^[\w.@-]{1,100}$/.test(name) || name === userInfo().username)
    throw new Failure(
      'usage',
      `"${name}" can't have a token: a name has 1 to 100 letters, digits and . _ @ -, and is not the owner's.`,
    );
  const token = newToken();
  const others = readTokens(folder).filter((one) => one.name !== name);
  writeTokens(folder, [...others, { name, role, sha256: sha256(token) }]);
  return token;
}

/** Takes a token back: what is signed in with it is out at once. Throws `Failure('not-found')`. */
export function takeToken(folder: string, name: string): void {
  const tokens = readTokens(folder);
  if (tokens.every((one) => one.name !== name))
    throw new Failure('not-found', `Nobody has a token under the name "${name}".`);
  writeTokens(
    folder,
    tokens.filter((one) => one.name !== name),
  );
}

export function listTokens(folder: string): readonly Actor[] {
  return readTokens(folder).map(({ name, role }) => ({ name, role }));
}

type Stored = z.infer<typeof fileSchema>['tokens'];

function actorFrom(found: Actor | undefined): Actor | null {
  return found === undefined ? null : { name: found.name, role: found.role };
}

/** The owner's token: whoever can read the folder may do everything anyway. */
function ownToken(folder: string): string {
  const path = join(webFolder(folder), 'token');
  if (!existsSync(path)) {
    makePrivateFolder(webFolder(folder));
    writePrivateFile(path, newToken());
  }
  return readFileSync(path, 'utf8').trim();
}

function readTokens(folder: string): Stored {
  const path = join(webFolder(folder), 'tokens.json');
  if (!existsSync(path)) return [];
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).tokens;
  } catch (cause) {
    throw new Failure('usage', `${path} holds no tokens: correct it, or delete it.`, { cause });
  }
}

function writeTokens(folder: string, tokens: Stored): void {
  makePrivateFolder(webFolder(folder));
  writePrivateFile(
    join(webFolder(folder), 'tokens.json'),
    `${JSON.stringify({ tokens }, null, 2)}\n`,
  );
}

/** What the web server keeps to itself. */
function webFolder(folder: string): string {
  return join(folder, 'web');
}

function newToken(): string {
  return `partita_${randomBytes(32).toString('base64url')}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
