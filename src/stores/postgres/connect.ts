import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import { Failure } from '../../domain/failure.ts';
import type { Database } from './database.ts';

export type ConnectOptions = {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly application: string;
  readonly maxConnections?: number;
  /** Longer statements are cancelled, milliseconds. */
  readonly statementTimeoutMs?: number;
  /** Longer waits for a lock are given up, milliseconds. */
  readonly lockTimeoutMs?: number;
};

/** Object ids of the types that pg reads otherwise than we do. */
const INT8 = 20;
const TIMESTAMPTZ = 1184;

/**
 * A pool of connections in UTC with time-outs on everything; nothing connects before the first query. Queries throw
 * `Failure('unreachable')` while no connection can be made. End it with `destroy()`.
 */
export function connectDatabase(options: ConnectOptions): Kysely<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.application,
    max: options.maxConnections ?? 8,
    // Also how long a query waits for a connection of the pool.
    connectionTimeoutMillis: 10_000,
    statement_timeout: options.statementTimeoutMs ?? 120_000,
    lock_timeout: options.lockTimeoutMs ?? 30_000,
    idle_in_transaction_session_timeout: 120_000,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
    types: { getTypeParser },
  });
  // A server that goes away while a connection idles is told again by the next query.
  pool.on('error', () => undefined);
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: explainingPool(pool, placeOf(options.url)) }),
  });
}

function explainingPool(pool: pg.Pool, place: string): PostgresPool {
  return {
    end: () => pool.end(),
    connect: async () => {
      try {
        return await pool.connect();
      } catch (cause) {
        const because = cause instanceof Error ? cause.message || codeOf(cause) : String(cause);
        throw new Failure(
          'unreachable',
          `Postgres at ${place} can't be reached (${because}); check that it runs and that DATABASE_URL is right.`,
          { cause },
        );
      }
    },
  };
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

/** Where the server is, without user and password. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'the given address';
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === INT8) return safeInteger;
  if (oid === TIMESTAMPTZ) return (text) => new Date(text).toISOString();
  return pg.types.getTypeParser(oid, format as 'text');
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond 2^53.`);
  return value;
}
