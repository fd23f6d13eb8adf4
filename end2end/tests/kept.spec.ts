// Pages that the browser keeps whole while another is shown (its back/forward cache).

import config from '../playwright.config.ts';
import type { Page } from '@playwright/test';
import { rateHere } from '../support/film.ts';
import { expect, test } from '../support/test.ts';

// Playwright turns that off, which browsers do not.
test.use({ launchOptions: { ...config.use?.launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

/** `page.goBack` waits for a page to load, and a kept one does not. */
const back = (page: Page) => page.evaluate(() => void setTimeout(() => history.back()));

test('the back button leads to the same rows, scrolled as they were', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const before = await home.titles();
  const prediction = await page.locator('#main [data-prediction]').getAttribute('data-prediction');
  await home.track.evaluate((row) => row.scrollTo({ left: 600, behavior: 'instant' }));
  await page.evaluate(() => window.scrollTo({ top: 150, behavior: 'instant' }));
  await home.cards
    .nth(6)
    .getByRole('link')
    .evaluate((link: HTMLElement) => link.click());
  await expect(page).toHaveURL(/\/movie\//);
  await back(page);
  await expect(home.cards).toHaveCount(before.length);
  expect(await home.titles()).toEqual(before);
  expect(await page.locator('#main [data-prediction]').getAttribute('data-prediction')).toBe(prediction);
  expect(await page.evaluate(() => window.scrollY)).toBe(150);
  expect(await home.track.evaluate((row) => row.scrollLeft)).toBeGreaterThan(500);
});

test('what was rated on another page is known where the back button leads', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const [first = ''] = await home.titles();
  await home.cards.first().getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(first);
  await rateHere(page, 5);
  await back(page);
  await expect(page).toHaveURL(/\/$/);
  // It is loaded anew, and may be just as it is looked at.
  await expect(async () => {
    await home.isFilled();
    expect(await home.titles()).not.toContain(first);
  }).toPass();
});
