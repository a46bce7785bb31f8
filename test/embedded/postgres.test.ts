import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryServer } from '../../src/embedded/server-query.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

describe('embedded Postgres', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  it('answers on a database of its own', async () => {
    const database = await postgres.createDatabase();
    expect(await queryServer(database.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await database.drop();
  });
});
