// What the page says aloud: one region for all that was done, on every page that films are rated on.

import type { Page } from '@playwright/test';
import { rateHere, setStars } from '../support/film.ts';
import { expect, test } from '../support/test.ts';

/** Writes down, one after the other, what a screen reader would be told: the texts that come into the one live region. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  const region = page.getByRole('status');
  await expect(region).toHaveCount(1);
  await region.evaluate((region) => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const note = (node: Node) => {
      const text = (node.textContent ?? '').trim();
      if (text) heard.push(text);
    };
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === 'characterData') note(target);
        addedNodes.forEach(note);
      }
    }).observe(region, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
}

test('on the home page it is said what was rated, kept, hidden, seen and brought back', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const heard = await listen(page);
  const film = home.popular.locator('li.card').first();
  const title = (await film.locator('.card-title').textContent()) ?? '';
  const press = async (name: string) => {
    await film.hover();
    await film.getByRole('button', { name, exact: true }).click();
  };
  await home.rate(film, 4.5);
  await expect.poll(heard).toContain(`${title}: 4.5 of 5 stars`);
  await home.isFilled();
  await press(`${title} on your watchlist`);
  await expect.poll(heard).toContain(`${title} is on your watchlist`);
  await press(`${title} on your watchlist`);
  await expect.poll(heard).toContain(`${title} is off your watchlist`);
  await press(`Not interested in ${title}`);
  await expect.poll(heard).toContain(`${title} is hidden`);
  await press(`Undo: ${title}`);
  await expect.poll(heard).toContain(`${title} is no longer hidden`);
  await press(`Already seen ${title}`);
  await expect.poll(heard).toContain(`${title} counts as seen`);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(heard).toContain(`${title} no longer counts as seen`);
  await expect(page.getByRole('status')).toHaveCount(1);
});

test('a like of a new visitor is said, and that the row is chosen again', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const heard = await listen(page);
  const like = home.welcome.getByRole('button', { name: /^Like / }).first();
  const title = ((await like.getAttribute('aria-label')) ?? '').replace('Like ', '');
  await like.click();
  await expect.poll(heard).toContain(`${title}: 5 of 5 stars`);
  await expect.poll(async () => (await heard()).some((text) => text.startsWith('20 of 600 films'))).toBe(true);
});

test('on a film’s page it is said what was rated and marked', async ({ page }) => {
  await page.goto('/search');
  await page.locator('.results li.card a.card-link').first().click();
  const title = await page.getByRole('heading', { level: 1 }).innerText();
  await expect(page.getByRole('slider')).toBeVisible();
  const heard = await listen(page);
  await rateHere(page, 3);
  await expect.poll(heard).toContain(`${title}: 3 of 5 stars`);
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect.poll(heard).toContain(`${title}: Not rated`);
  await page.getByRole('button', { name: 'Watchlist', exact: true }).click();
  await expect.poll(heard).toContain(`${title} is on your watchlist`);
  await page.getByRole('button', { name: 'I have it' }).click();
  await expect.poll(heard).toContain(`${title} is in your library`);
});

test('where films were found it is said what was rated and marked', async ({ page }) => {
  await page.goto('/search');
  const heard = await listen(page);
  const film = page.locator('.results li.card').first();
  const title = (await film.locator('.card-title').textContent()) ?? '';
  await film.hover();
  await setStars(film.getByRole('slider'), 2);
  await expect.poll(heard).toContain(`${title}: 2 of 5 stars`);
  await film.getByRole('button', { name: `${title} on your watchlist` }).click();
  await expect.poll(heard).toContain(`${title} is on your watchlist`);
});

test.describe('when the server does not answer', () => {
  test.use({ expectedComplaints: /Failed to load resource/ });

  test('what it did not take is said, shown until the server answers again, and then goes', async ({ home, page }) => {
    await page.goto('/');
    await home.isFilled();
    const heard = await listen(page);
    const gone = /\/(fn\/(rate|mark)|healthz)/;
    await page.route(gone, (route) => route.abort());
    const film = home.popular.locator('li.card').first();
    const title = (await film.locator('.card-title').textContent()) ?? '';
    await home.rate(film, 2);
    await expect(page.locator('.toast')).toContainText('The rating was not stored');
    await film.getByRole('button', { name: `${title} on your watchlist` }).click();
    await expect(page.locator('.toast')).toContainText('This was not stored');
    // Said after it is seen.
    await expect.poll(heard).toContain('The rating was not stored. The server does not answer. Try again in a moment.');
    await expect.poll(heard).toContain('This was not stored. The server does not answer. Try again in a moment.');
    await page.waitForTimeout(8_000);
    await expect(page.locator('.toast'), 'it is still gone').toBeVisible();
    await page.unroute(gone);
    await expect(page.locator('.toast')).toHaveCount(0);
  });

  test('a mark that the server refuses for a reason stays on the page until it is read', async ({ home, page }) => {
    await page.goto('/');
    await home.isFilled();
    await page.route('**/fn/mark', (route) => route.fulfill({ status: 500, body: 'ServerError|Too many films.' }));
    const film = home.popular.locator('li.card').first();
    await film.hover();
    await film.getByRole('button', { name: /on your watchlist$/ }).click();
    await expect(page.locator('.toast')).toContainText('This was not stored. Too many films.');
    await page.waitForTimeout(8_000);
    await page.locator('.toast').getByRole('button', { name: 'Close' }).click();
    await expect(page.locator('.toast')).toHaveCount(0);
  });
});
