import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { MINUTES, type Visitor } from '../support/visiting.ts';
import { drag, press } from './hands.ts';

/** The experiment as the graph of its run, where it stands in the form. */
export function describeCanvas(visitor: Visitor): void {
  it(
    'has the same as a canvas: each stage leads to its fields, and seeing it so changes nothing',
    async () => {
      const { page, look } = visitor;
      const before = await yamlOf(page);
      await page.getByRole('button', { name: 'Canvas', exact: true }).click();
      const canvas = page.getByRole('group', { name: /^Stages of the experiment/ });
      await canvas.getByRole('button', { name: 'condition by plan' }).click();
      expect(await page.getByLabel('plan', { exact: true }).first().isChecked()).toBe(true);
      await press(page, canvas.getByRole('button', { name: 'evaluate 3 folds' }));
      const head = page.getByRole('heading', { name: 'On which rows models are judged' });
      await head.and(page.locator(':focus')).waitFor();
      const report = canvas.getByRole('button', { name: /^report/ });
      const source = canvas.getByRole('button', { name: /^source/ });
      // The page may scroll meanwhile.
      const below = async () =>
        ((await report.boundingBox())?.y ?? 0) - ((await source.boundingBox())?.y ?? 0);
      const [laidOut, way] = [await below(), { x: 0, y: 40 }];
      await drag(page, report, way);
      await page.reload();
      await report.waitFor();
      expect(await below()).toBeCloseTo(laidOut + way.y, -1);
      await canvas.getByRole('button', { name: 'evaluate 3 folds' }).click();
      const folds = page.getByLabel('Folds');
      await folds.fill('99');
      await canvas.getByRole('button', { name: 'evaluate 1 mistake' }).waitFor();
      expect(await folds.getAttribute('aria-invalid')).toBe('true');
      await look('builder-canvas');
      await folds.fill('3');
      await canvas.getByRole('button', { name: 'evaluate 3 folds' }).waitFor();
      expect(await yamlOf(page)).toBe(before);
      await page.getByRole('button', { name: 'Form', exact: true }).click();
      await page.getByLabel('Column to predict').waitFor();
      expect(await yamlOf(page)).toBe(before);
    },
    3 * MINUTES,
  );
}

/** The experiment as text, as it is now. */
async function yamlOf(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'As YAML' }).click();
  const text = await page.getByLabel('The spec as YAML').inputValue();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  return text;
}
