// A film's page.

import { expect, type Page } from '@playwright/test';

/** Sets the stars as a mouse does, which sends them, and waits until they are stored. */
export async function rateHere(page: Page, stars: number) {
  const stored = page.waitForResponse(/\/fn\/rate/);
  // What is set before the page's script runs is lost.
  await expect(async () => {
    await page.locator('.film-rate').getByRole('slider').fill(`${stars}`);
    await expect(page.locator('.film-rate .film-stars')).toHaveText(`${stars} of 5 stars`, { timeout: 500 });
  }).toPass();
  expect((await stored).ok()).toBe(true);
}
