import type { Locator, Page } from 'playwright-core';

/** Tab by Tab, as someone without a mouse. */
export async function reach(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let i = 0; i < 200; i++) {
    if ((await target.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${String(target)} can't be reached with Tab.`);
}

/** Takes hold of the middle of something, and lets it go pixels away. */
export async function drag(
  page: Page,
  target: Locator,
  { x, y }: { readonly x: number; readonly y: number },
) {
  const box = await target.boundingBox();
  if (box === null) throw new Error(`${String(target)} is nowhere.`);
  const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + x, from.y + y, { steps: 20 });
  await page.mouse.up();
}

/** The same, and Enter. */
export async function press(page: Page, target: Locator): Promise<void> {
  await reach(page, target);
  await page.keyboard.press('Enter');
}
