import { beforeAll, describe, expect, it } from 'vitest';
import { classificationTemplate } from '../../src/spec/templates/classification.ts';
import { MINUTES, type Visitor } from '../support/visiting.ts';
import { describeAudit, describeOlderEvents } from './describe-audit.ts';
import { describeCanvas } from './describe-canvas.ts';
import {
  describeKeptData,
  describeReproduction,
  describeRetry,
  describeRetryOfAll,
  describeSchedule,
} from './describe-ledger.ts';
import { press, reach } from './hands.ts';

/** What a person does who has a table and a question, and programs nothing. */
export function describeWholePath(visitor: Visitor): void {
  describe('from a table to a prediction, by clicking', () => {
    const { partita, look } = visitor;

    beforeAll(() => {
      partita.write('customers.csv', classificationTemplate.sampleData());
    });

    it(
      'shows what a table holds, guesses the question and offers what may divide it',
      async () => {
        const { page } = visitor;
        await page.goto(`${visitor.address}/new`);
        await page
          .getByLabel('Choose a file, or drop it here')
          .setInputFiles(`${partita.folder}/customers.csv`);
        await page
          .getByRole('region', { name: 'Columns of the table' })
          .getByText('support_calls')
          .waitFor();
        await page.getByLabel('Column to predict').selectOption('leaves');
        expect(await page.getByLabel('It is').inputValue()).toBe('classification');
        await page.getByText('“leaves” holds text with 2 different values.').waitFor();
        await page.getByRole('button', { name: 'Ask the adviser' }).click();
        const tried = page.getByRole('region', { name: 'Columns that the adviser tried' });
        await tried.getByRole('row', { name: /^plan/ }).waitFor();
        await look('builder-advice');
        await tried.getByRole('button', { name: 'use plan', exact: true }).click();
        expect(await page.getByLabel('plan', { exact: true }).first().isChecked()).toBe(true);
        await page.getByRole('button', { name: 'Carry it to the predictions instead' }).click();
        expect(await page.getByLabel('Names the row').inputValue()).toBe('customer');
        for (const algorithm of ['baseline', 'logistic', 'decision tree'])
          await page.getByLabel(algorithm, { exact: true }).check();
        await page.getByLabel('Name', { exact: true }).fill('customers');
      },
      3 * MINUTES,
    );

    it(
      'shows a mistake at its field, and runs nothing that is wrong',
      async () => {
        const { page } = visitor;
        const folds = page.getByLabel('Folds');
        await folds.fill('99');
        await page.getByRole('alert').filter({ hasText: '20' }).first().waitFor();
        expect(await folds.getAttribute('aria-invalid')).toBe('true');
        expect(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(
          true,
        );
        await look('builder-mistake');
        await folds.fill('3');
        await page
          .getByRole('button', { name: 'Run', exact: true })
          .and(page.locator(':enabled'))
          .waitFor();
      },
      3 * MINUTES,
    );

    it(
      'plans before it runs: what every partition would get',
      async () => {
        const { page } = visitor;
        await page.getByRole('button', { name: 'Plan', exact: true }).click();
        const plan = page.getByRole('region', { name: 'Partitions of the plan' });
        for (const name of ['basic', 'business', 'family'])
          await plan
            .getByRole('row', { name: new RegExp(`^${name} .*a model of its own`) })
            .waitFor();
        await look('builder');
      },
      3 * MINUTES,
    );

    it('has the same as YAML, and takes changes of it over', async () => {
      const { page } = visitor;
      await page.getByRole('button', { name: 'As YAML' }).click();
      const text = page.getByLabel('The spec as YAML');
      const yaml = await text.inputValue();
      expect(yaml).toContain('by: plan');
      await text.fill(yaml.replace('name: customers', 'name: customers-who-leave'));
      await page.getByRole('button', { name: 'Take over the changes' }).click();
      await page
        .getByRole('heading', { name: 'The experiment as YAML' })
        .waitFor({ state: 'hidden' });
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(
        'customers-who-leave',
      );
      expect(await page.getByLabel('Column to predict').inputValue()).toBe('leaves');
    });

    describeCanvas(visitor);

    it(
      'runs, and shows how far it is until it has succeeded',
      async () => {
        const { page } = visitor;
        await page.getByRole('button', { name: 'Run', exact: true }).click();
        await page.getByRole('heading', { name: 'customers-who-leave' }).waitFor();
        await page.getByRole('button', { name: 'Cancel run' }).waitFor();
        await page.getByText('succeeded', { exact: true }).waitFor({ timeout: 3 * MINUTES });
        await page.getByRole('heading', { name: '3 partitions' }).waitFor();
        await page.getByText('Stages as a table').click();
        await page.getByRole('row', { name: /^report done/ }).waitFor();
        await page.locator('.graph-node').nth(8).waitFor();
        const same = page.getByRole('link', { name: 'The same on Temporal’s own pages' });
        expect(await same.getAttribute('href')).toMatch(/\/workflows\/run%3A[\w-]+$/);
        await look('run');
      },
      5 * MINUTES,
    );

    it(
      'reports the best model of each partition, and whether it was worth it',
      async () => {
        const { page } = visitor;
        await page.getByRole('link', { name: 'Report', exact: true }).click();
        const table = page.getByRole('region', { name: 'The best model of each partition' });
        for (const name of ['basic', 'business', 'family', 'without partition'])
          await table.getByRole('row', { name: new RegExp(`^${name} `) }).waitFor();
        await page
          .getByRole('heading', { name: 'Does a partition deserve a model of its own?' })
          .waitFor();
        await page.getByRole('img', { name: 'ROC curve' }).first().waitFor();
        await look('report');
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'CSV of predictions' }).click(),
        ]);
        expect(download.suggestedFilename()).toMatch(/\.csv$/);
      },
      3 * MINUTES,
    );

    it(
      'goes down to a partition, its candidates and its model, and back to the rows it came from',
      async () => {
        const { page } = visitor;
        await page
          .getByRole('region', { name: 'The best model of each partition' })
          .getByRole('link', { name: 'family' })
          .click();
        await page.getByRole('heading', { name: 'Its own candidates' }).waitFor();
        const [tried] = await page.getByRole('region', { name: 'Candidates' }).all();
        await tried?.getByText(/^decision_tree/).click();
        await tried?.getByText('max depth', { exact: true }).waitFor();
        await look('partition');
        await page.getByRole('link', { name: /^The model itself/ }).click();
        await page.getByRole('heading', { name: 'Where it came from' }).waitFor();
        await page.locator('.graph-node', { hasText: 'snapshot' }).waitFor();
        await page.getByText('rows of the partition').waitFor();
        await page.getByLabel('support_calls', { exact: true }).fill('1');
        await page.getByRole('button', { name: 'Predict leaves' }).click();
        const moved = page.getByRole('figure').filter({ hasText: 'What moved it' });
        await moved.getByRole('listitem').filter({ hasText: 'support_calls 1' }).waitFor();
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'As ONNX' }).click(),
        ]);
        expect(file.suggestedFilename()).toBe('model.onnx');
        await look('model');
        await page.getByRole('link', { name: 'customers-who-leave' }).first().click();
      },
      3 * MINUTES,
    );

    it(
      'answers for a row of one’s own',
      async () => {
        const { page } = visitor;
        await page.getByRole('link', { name: 'Predict', exact: true }).click();
        for (const [column, value] of [
          ['plan', 'family'],
          ['months', '3'],
          ['fee', '30'],
          ['minutes', '20'],
          ['support_calls', '1'],
        ] as const)
          await page.getByLabel(column, { exact: true }).fill(value);
        await page.getByRole('button', { name: 'Predict leaves' }).click();
        await page.getByText(/^Answered by/).waitFor();
        const moved = page.getByRole('figure').filter({ hasText: 'What moved it' });
        await moved.getByRole('listitem').filter({ hasText: 'support_calls 1' }).waitFor();
        await look('predict');
        await page.getByRole('link', { name: 'Spec', exact: true }).click();
        await page.getByText('by:').waitFor();
        await look('spec');
        await page.getByRole('link', { name: 'System' }).click();
        await page.getByText('Everything that is needed is there.').waitFor();
        await page.getByText('No spec refers to one yet.').waitFor();
        await page.getByRole('button', { name: 'Check', exact: true }).click();
        await page.getByText(/^The record is sound: \d+ invariants hold/).waitFor();
        await look('system');
      },
      4 * MINUTES,
    );

    describeKeptData(visitor);
    describeAudit(visitor);

    it(
      'lets the models answer to a name, and says since when and why',
      async () => {
        const { page } = visitor;
        await page.getByRole('link', { name: 'In use' }).click();
        await page.getByRole('heading', { name: 'Nothing is in use yet' }).waitFor();
        await look('in-use-empty');
        await page.goto(visitor.address);
        await page.getByRole('link', { name: 'customers-who-leave' }).click();
        await page.getByRole('button', { name: 'Put into use' }).click();
        const dialog = page.getByRole('dialog', { name: 'Put these models into use?' });
        await dialog.getByText('Nothing has that name yet.').waitFor();
        await dialog.getByLabel('Why').fill('better on every <b>plan</b>');
        await look('promote');
        await dialog.getByRole('button', { name: 'Put into use' }).click();
        await page.getByRole('link', { name: 'champion' }).click();
        const card = page.getByRole('region', { name: 'customers-who-leave@champion' });
        await card.getByText('better on every <b>plan</b>').first().waitFor();
        await card.getByText('What it stood for').click();
        await card.getByRole('cell', { name: 'put into use' }).waitFor();
        await card.getByRole('button', { name: 'Give back' }).click();
        // Nothing had the name before: the server says so, and the name stays.
        const asked = page.getByRole('dialog', { name: 'Give the name back?' });
        await asked.getByRole('button', { name: 'Give back' }).click();
        await asked.getByText('stood for no other run before').waitFor();
        expect(visitor.complaints.splice(0)).toEqual([expect.stringContaining('404')]);
        await look('in-use');
        await asked.getByRole('button', { name: 'Leave it' }).click();
        await card.getByRole('link').first().waitFor();
      },
      4 * MINUTES,
    );

    describeReproduction(visitor);
    describeRetryOfAll(visitor);
    describeSchedule(visitor);

    it(
      'is all there for the keyboard alone: the same again, changed, started and cancelled',
      async () => {
        const { page } = visitor;
        await page.goto(visitor.address);
        await press(page, page.getByRole('link', { name: 'customers-who-leave' }).first());
        await press(page, page.getByRole('link', { name: 'Use as a new experiment' }));
        await page.getByRole('heading', { name: 'New experiment' }).waitFor();
        const metric = page.getByLabel('Judged by');
        await reach(page, metric);
        await page.keyboard.type('accuracy');
        expect(await metric.inputValue()).toBe('accuracy');
        await press(
          page,
          page.getByRole('button', { name: 'Run', exact: true }).and(page.locator(':enabled')),
        );
        await press(page, page.getByRole('button', { name: 'Cancel run' }));
        await press(page, page.getByRole('button', { name: 'Cancel the run' }));
        await page.getByText('cancelled', { exact: true }).waitFor({ timeout: 2 * MINUTES });
        await look('run-cancelled');
      },
      5 * MINUTES,
    );

    describeRetry(visitor);
    describeOlderEvents(visitor);

    it('never met a script error, a forbidden style or a missing file on the way', () => {
      expect(visitor.complaints.splice(0)).toEqual([]);
    });
  });
}
