import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTableFile } from '../../src/operations/table-file.ts';
import { testFolder } from '../support/test-folder.ts';

const COLUMNS = [
  { name: 'text', type: 'VARCHAR' },
  { name: 'number', type: 'DOUBLE' },
] as const;
const TEXTS = ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '-2.5', '+7', 'a=1', '', null];

async function written(isForPeople: boolean): Promise<string> {
  const path = join(testFolder(), 'rows.csv');
  const table = await createTableFile(path, COLUMNS, { isForPeople });
  table.append([TEXTS, TEXTS.map((_, i) => -i - 0.5)], TEXTS.length);
  await table.finish();
  table.close();
  return readFileSync(path, 'utf8');
}

describe('a table that people open', () => {
  it('holds no text that a spreadsheet would run, and every number as it is', async () => {
    const text = await written(true);
    for (const harmless of ["'=1+1", "'+cmd", "'-2+3", "'@SUM(A1)", "'\t=1", "'\r=1"])
      expect(text).toContain(harmless);
    expect(text).toMatch(/^-2\.5,-6\.5$/m);
    expect(text).toMatch(/^\+7,-7\.5$/m);
    expect(text).toMatch(/^a=1,-8\.5$/m);
  });

  it('is as it is for programs', async () => {
    const text = await written(false);
    expect(text).toMatch(/^=1\+1,-0\.5$/m);
    expect(text).not.toContain("'");
  });
});
