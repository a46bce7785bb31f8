import { describe, expect, it } from 'vitest';
import { classificationTemplate } from '../../src/spec/templates/classification.ts';
import { MINUTES, type Visitor } from '../support/visiting.ts';

/** What was made with a payload key that the server does not have. Its worker may have that key afterwards. */
export function describeOtherKey(visitor: Visitor): void {
  describe('a schedule that the server can not read', () => {
    it(
      'is named, with the way out, and can be deleted',
      async () => {
        const { page, partita, look } = visitor;
        partita.write('sealed.csv', classificationTemplate.sampleData());
        const spec = partita.writeSpec({
          name: 'sealed',
          data: { source: { kind: 'csv', path: 'sealed.csv' } },
          partition: { by: 'plan' },
          target: { column: 'leaves', task: 'classification' },
        });
        partita.environment['PARTITA_PAYLOAD_KEY'] = Buffer.alloc(32, 7).toString('base64');
        const { code, stderr } = await partita.command('schedule', 'create', spec, '--every', '1d');
        delete partita.environment['PARTITA_PAYLOAD_KEY'];
        expect(code, stderr).toBe(0);
        await page.goto(`${visitor.address}/schedules`);
        const card = page.getByRole('region', { name: 'sealed' });
        await card.getByText('unreadable', { exact: true }).waitFor();
        await card.getByText(/Give the server that key, or delete the schedule/).waitFor();
        expect(await card.getByRole('button').allTextContents()).toEqual(['Delete']);
        await look('schedules-unreadable');
        await card.getByRole('button', { name: 'Delete' }).click();
        const asked = page.getByRole('dialog', { name: 'Delete the schedule?' });
        await asked.getByRole('button', { name: 'Delete it' }).click();
        await page.getByRole('heading', { name: 'Nothing runs by itself yet' }).waitFor();
        expect(visitor.complaints.splice(0)).toEqual([]);
      },
      4 * MINUTES,
    );
  });
}
