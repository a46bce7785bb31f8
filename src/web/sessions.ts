import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { Actor } from './actor.ts';
import type { Tokens } from './tokens.ts';

/** How long a browser stays signed in, seconds. */
const SESSION_SECONDS = 7 * 24 * 3600;
const CODE_MS = 15 * 60_000;

/** Who asks: a program by its token, a browser by the cookie that it got for a token or a one-time link. */
export interface Sessions {
  identify(c: Context): Promise<Actor | null>;
  signIn(c: Context, actor: Actor): Promise<void>;
  signOut(c: Context): void;
  /** For a link that signs the owner in once, within 15 minutes. */
  newCode(): string;
  /** True once; false for a code that was used, is too old or was never given. */
  redeem(code: string): boolean;
}

/** `port`: cookies know hosts and no ports, so two servers on one machine need two names. */
export function createSessions(tokens: Tokens, port: number, now = Date.now): Sessions {
  const cookie = `partita_${port}`;
  const codes = new Map<string, number>();
  return {
    async identify(c) {
      const [scheme = '', token] = (c.req.header('authorization') ?? '').split(' ');
      if (token !== undefined) return /^bearer$/i.test(scheme) ? tokens.actorOf(token) : null;
      const value = await getSignedCookie(c, tokens.signingKey, cookie);
      if (typeof value !== 'string') return null;
      const [name = '', until] = value.split(' ');
      return Number(until) > now() ? tokens.actorNamed(name) : null;
    },
    async signIn(c, { name }) {
      const until = now() + SESSION_SECONDS * 1000;
      await setSignedCookie(c, cookie, `${name} ${until}`, tokens.signingKey, {
        path: '/',
        httpOnly: true,
        sameSite: 'Strict',
        secure: c.req.url.startsWith('https:'),
        maxAge: SESSION_SECONDS,
      });
    },
    signOut(c) {
      deleteCookie(c, cookie, { path: '/' });
    },
    newCode() {
      const code = randomBytes(24).toString('base64url');
      codes.set(code, now() + CODE_MS);
      return code;
    },
    redeem(code) {
      const until = codes.get(code);
      codes.delete(code);
      return until !== undefined && until > now();
    },
  };
}
