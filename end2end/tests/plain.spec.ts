// Without JavaScript, or without WebAssembly, the page is plainer and still works.

import { FOR_YOU_FILMS, card } from '../support/home.ts';
import { expect, test } from '../support/test.ts';

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, options: ['--model-delay', '2s'] });

  test('popular films are there, and a plain link waits for the recommendations', async ({ home, page }) => {
    await page.goto('/');
    await expect(home.popular.locator('li.card').first()).toBeVisible();
    await page.locator('.without-script').getByRole('link').first().click();
    await expect(page).toHaveURL(/\/for-you/);
    await expect(home.cards).toHaveCount(FOR_YOU_FILMS);
    await expect(home.waiting).toHaveCount(0);
  });

  test('a film is rated by a form', async ({ home, page }) => {
    await page.goto('/for-you');
    const [first = ''] = await home.titles();
    const rated = card(home.track, first);
    await rated.hover();
    await rated.getByRole('slider').fill('5');
    await rated.locator('.without-script').getByRole('button').click();
    await page.goto('/for-you');
    await expect(home.cards).toHaveCount(FOR_YOU_FILMS);
    expect(await home.titles()).not.toContain(first);
  });
});

test.describe('with a WebAssembly that does not arrive', () => {
  test.use({ expectedComplaints: /\.wasm|Failed to (load|fetch)|WebAssembly/i });

  test('the page stays usable', async ({ home, page }) => {
    await page.route(/\.wasm/, (route) => route.abort());
    await page.goto('/');
    await expect(home.popular.locator('li.card').first()).toBeVisible();
    const link = page.locator('.without-script').getByRole('link').first();
    await link.click();
    await expect(page).toHaveURL(/\/for-you/);
    await expect(home.cards).toHaveCount(FOR_YOU_FILMS);
  });
});
