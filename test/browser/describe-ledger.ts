import { expect, it } from 'vitest';
import { MINUTES, type Visitor } from '../support/visiting.ts';

/** What a run has read, once there is one that has ended: looked at, held back and released. */
export function describeKeptData(visitor: Visitor): void {
  it(
    'keeps the version of the data that was read, and holds back what turned out bad until it is released',
    async () => {
      const { page, look } = visitor;
      await page.getByRole('link', { name: 'Data', exact: true }).click();
      const versions = page.getByRole('region', { name: 'Versions of the data' });
      const version = versions.getByRole('row').filter({ hasText: 'customers-who-leave' });
      await version.getByText('customers.csv').waitFor();
      await version.getByRole('link').click();
      const partitions = page.getByRole('region', { name: 'Partitions' });
      for (const name of ['basic', 'business', 'family'])
        await partitions.getByRole('row', { name: new RegExp(`^${name} \\d+`) }).waitFor();
      await page.getByRole('button', { name: 'Compare with the source now' }).click();
      await page.getByText('None of 3 partitions has drifted.').waitFor();
      const moved = page.getByRole('region', { name: 'Drift by column' });
      await moved.getByRole('row', { name: /^support_calls 0 3/ }).waitFor();
      await partitions.getByRole('button', { name: 'Put the rows of family into' }).click();
      const ofRows = page.getByRole('dialog', { name: 'Put it into quarantine?' });
      await ofRows.getByText(/It reached \d models? of 1 run/).waitFor();
      await ofRows.getByLabel('Why').fill('asked at the wrong door');
      await ofRows.getByRole('button', { name: 'Put into quarantine' }).click();
      const family = partitions.getByRole('row').filter({ hasText: 'in quarantine' });
      await family.waitFor();
      await ofRows.waitFor({ state: 'detached' });
      await look('snapshot');
      await family.getByRole('button', { name: 'Release the rows of family' }).click();
      const letGo = page.getByRole('dialog', { name: 'Release it?' });
      await letGo.getByLabel('Why').fill('it was the right door');
      await letGo.getByRole('button', { name: 'Release' }).click();
      await family.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Put into quarantine' }).click();
      const dialog = page.getByRole('dialog', { name: 'Put it into quarantine?' });
      await dialog.getByText(/It reached 4 models of 1 run/).waitFor();
      await dialog.getByLabel('Why').fill('counted <i>twice</i>');
      await look('quarantine');
      await dialog.getByRole('button', { name: 'Put into quarantine' }).click();
      await page.getByText(/^In quarantine since/).waitFor();
      await page.getByRole('link', { name: 'Data', exact: true }).first().click();
      const held = page.getByRole('region', { name: 'In quarantine' });
      await held.getByRole('row').filter({ hasText: 'counted <i>twice</i>' }).waitFor();
      await look('data');
      await held.getByRole('button', { name: 'Release' }).click();
      const asked = page.getByRole('dialog', { name: 'Release it?' });
      await asked.getByLabel('Why').fill('counted once');
      await asked.getByRole('button', { name: 'Release' }).click();
      await page.getByText('Nothing is in quarantine.').waitFor();
      await page.getByText('What was put into quarantine and released').click();
      const past = page.getByRole('region', { name: 'Changes of quarantine' });
      await past.getByRole('row').filter({ hasText: 'counted once' }).waitFor();
    },
    3 * MINUTES,
  );
}

/** The same run again, and both beside each other. */
export function describeReproduction(visitor: Visitor): void {
  it(
    'runs the same again, finds every step the same, and shows both runs side by side',
    async () => {
      const { page, look, address } = visitor;
      await page.goto(address);
      await page.getByRole('link', { name: 'customers-who-leave' }).click();
      await page.getByRole('button', { name: 'Reproduce' }).click();
      const dialog = page.getByRole('dialog', { name: 'Run the same again?' });
      await dialog.getByRole('button', { name: 'Run it again' }).click();
      const outcome = page.getByText('reproduced, 3 partitions with every step the same.');
      await outcome.waitFor({ timeout: 3 * MINUTES });
      await outcome.getByRole('link', { name: 'an earlier run' }).click();
      await page.getByText('Nothing: the same rows, the same spec and the same code.').waitFor();
      await page.getByText('3 partitions in both: 3 with the same model of its own.').waitFor();
      const scores = page.getByRole('region', { name: 'Scores of both runs by partition' });
      for (const name of ['basic', 'business', 'family'])
        await scores.getByRole('row', { name: new RegExp(`^${name} `) }).waitFor();
      await look('compare');
    },
    4 * MINUTES,
  );
}

/** Everything of a run that left nothing to do, which the command line may ask for. */
export function describeRetryOfAll(visitor: Visitor): void {
  it(
    'offers no retry where nothing is left to do, and says of one what it fits again',
    async () => {
      const { page, partita, address } = visitor;
      await page.goto(address);
      await page.getByRole('link', { name: 'customers-who-leave' }).first().click();
      await page.getByRole('button', { name: 'Reproduce' }).waitFor();
      expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
      const [, run = ''] = /\/runs\/([\w-]+)/.exec(page.url()) ?? [];
      const { code, stdout, stderr } = await partita.command('retry', run, '--all', '--json');
      expect(code, stderr).toBe(0);
      const { runId } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { runId: string };
      await page.goto(`${address}/runs/${runId}`);
      await page.getByText('Fits everything of an earlier run again.').waitFor();
      await page.getByRole('button', { name: 'Reproduce' }).waitFor();
      expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
      await page.getByRole('link', { name: 'an earlier run' }).click();
      await page.getByText('3 partitions in both: 3 with the same model of its own.').waitFor();
    },
    3 * MINUTES,
  );
}

/** The same experiment again and again, by itself. */
export function describeSchedule(visitor: Visitor): void {
  it(
    'lets the experiment run regularly, pauses that and ends it',
    async () => {
      const { page, look, address } = visitor;
      await page.goto(address);
      await page.getByRole('link', { name: 'customers-who-leave' }).first().click();
      await page.getByRole('button', { name: 'Run regularly' }).click();
      const dialog = page.getByRole('dialog', { name: 'Run this again and again?' });
      await dialog.getByLabel('How often').selectOption('at times of the calendar');
      await dialog.getByLabel('At', { exact: true }).fill('0 6 1 1 MON');
      await dialog.getByLabel('Of the clock in').selectOption('Europe/Vienna');
      await look('run-regularly');
      await dialog.getByRole('button', { name: 'Begin the schedule' }).click();
      const card = page.getByRole('region', { name: 'customers-who-leave' });
      await card.getByText('customers-who-leave, at 0 6 1 1 MON (Europe/Vienna)').waitFor();
      await card.getByText('It has not fired yet.').waitFor();
      await card.getByRole('button', { name: 'Pause' }).click();
      const asked = page.getByRole('dialog', { name: 'Pause it?' });
      await asked.getByLabel('Why').fill('nobody <b>leaves</b> in August');
      await asked.getByRole('button', { name: 'Pause it' }).click();
      await card.getByText(/^nobody <b>leaves<\/b> in August \(/).waitFor();
      await look('schedules');
      await card.getByRole('button', { name: 'Delete' }).click();
      await page
        .getByRole('dialog', { name: 'Delete the schedule?' })
        .getByRole('button', { name: 'Delete it' })
        .click();
      await page.getByRole('heading', { name: 'Nothing runs by itself yet' }).waitFor();
      await look('schedules-empty');
    },
    3 * MINUTES,
  );
}

/** What was cancelled, taken up again. */
export function describeRetry(visitor: Visitor): void {
  it(
    'goes on where a run has ended too early, in another one',
    async () => {
      const { page, look } = visitor;
      await page.getByRole('button', { name: 'Retry' }).click();
      const dialog = page.getByRole('dialog', { name: 'Go on where it ended?' });
      expect(await dialog.getByLabel('Fit again').inputValue()).toBe('failed');
      await dialog.getByText(/^Fitted again: |^The run had /).waitFor();
      await look('retry');
      await dialog.getByRole('button', { name: 'Retry' }).click();
      await page.getByText('Goes on where an earlier run ended.').waitFor();
      await page.getByText('succeeded', { exact: true }).waitFor({ timeout: 3 * MINUTES });
      await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
      const runs = page.getByRole('region', { name: 'Runs, the newest first' });
      const first = runs.locator('tbody').getByRole('row').first();
      await first.getByRole('link', { name: 'compare with the one before' }).waitFor();
      await look('home');
      await page.getByLabel('Of experiment').selectOption('asset-status');
      await runs.getByRole('row').filter({ hasText: 'asset-status' }).first().waitFor();
      expect(await runs.getByText('customers-who-leave').count()).toBe(0);
      expect(page.url()).toContain('experiment=asset-status');
    },
    5 * MINUTES,
  );
}
