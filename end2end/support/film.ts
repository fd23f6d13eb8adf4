// A film's page, and the stars of any film.

import { expect, type Locator, type Page } from '@playwright/test';

/** Sets a slider of stars as a mouse does, which sends them. */
export async function setStars(slider: Locator, stars: number) {
  await slider.fill(`${stars}`);
  await expect(slider).toHaveAttribute('aria-valuetext', `${stars} of 5 stars`);
}

/** Sets the stars, and waits until they are stored and the page knows it: what it does not know is sent again as it is left. */
export async function rateHere(page: Page, stars: number) {
  const stored = page.waitForResponse(/\/fn\/rate/);
  await setStars(page.locator('.film-rate').getByRole('slider'), stars);
  expect((await stored).ok()).toBe(true);
  await expect(page.locator('html')).not.toHaveAttribute('data-rating');
}
