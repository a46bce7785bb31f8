import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { Failure } from '../../domain/failure.ts';
import type { Database } from './database.ts';
import { preparedName } from './prepared.ts';

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

/** Node's and Postgres' codes (SQLSTATE classes) of a connection that is gone, and pg's words where it gives no code. */
const LOST_CODES = /^(ECONN|EPIPE|ETIMEDOUT|08|57P)/;
const LOST_WORDS = /connection terminated|not queryable|timeout exceeded when trying to connect/i;

/**
 * A pool of connections in UTC with time-outs on everything; nothing connects before the first query. Queries throw
 * `Failure('unreachable')` while no connection can be made, and when theirs is lost. End it with `destroy()`.
 */
export function connectDatabase(options: ConnectOptions): Kysely<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.application,
    max: options.maxConnections ?? 8,
    // Also how long a query waits for a connection of the pool.
    connectionTimeoutMillis: 10_000,
    // A firewall forgets connections that say nothing, and a query on one of those would wait for its time-out.
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    statement_timeout: options.statementTimeoutMs ?? 120_000,
    lock_timeout: options.lockTimeoutMs ?? 30_000,
    idle_in_transaction_session_timeout: 120_000,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
    types: { getTypeParser },
  });
  // A server that goes away while a connection idles is told again by the next query.
  pool.on('error', () => undefined);
  // One that goes away under a connection in use is told by its query; pg's event besides would end this process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: explainingPool(pool, placeOf(options.url)) }),
  });
}

function explainingPool(pool: pg.Pool, place: string): PostgresPool {
  return {
    end: () => pool.end(),
    connect: async () => {
      try {
        return explainingClient(await pool.connect(), place);
      } catch (cause) {
        throw unreachable(place, cause);
      }
    },
  };
}

function explainingClient(client: pg.PoolClient, place: string): PostgresPoolClient {
  const query = async (text: string, parameters: readonly unknown[]) => {
    try {
      const name = preparedName(text);
      return await client.query({ text, values: [...parameters], ...(name && { name }) });
    } catch (error) {
      throw isLost(error) ? unreachable(place, error) : error;
    }
  };
  // Of kysely's two ways to ask, by text and by cursor, nobody here uses the second.
  return { query, release: () => client.release() } as unknown as PostgresPoolClient;
}

function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return 'code' in error ? LOST_CODES.test(String(error.code)) : LOST_WORDS.test(error.message);
}

function unreachable(place: string, cause: unknown): Failure {
  const because = cause instanceof Error ? cause.message || codeOf(cause) : String(cause);
  return new Failure(
    'unreachable',
    `Postgres at ${place} can't be reached (${because}); check that it runs and that DATABASE_URL is right.`,
    { cause },
  );
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

/** True for what a database answers that was never migrated. */
export function hasNoSchema(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42P01';
}

/** True for what a database answers to an account that lacks the right. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42501';
}
