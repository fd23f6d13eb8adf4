// Several profiles in one browser, and one profile in several browsers.

import { bring, file } from '../support/export.ts';
import { expect, test } from '../support/test.ts';

test('a code carries a profile to another browser, and a new code makes a stranger of it', async ({
  browser,
  marquee,
  page,
}) => {
  const { films, csv } = await file(page);
  await bring(page, csv);
  await page.goto('/you');
  const code = await page.locator('.code').innerText();
  const link = await page.getByLabel('Private link').inputValue();
  const mine = `Rated ${films.length} films`;

  const byCode = await (await browser.newContext({ baseURL: marquee.url })).newPage();
  await byCode.goto('/you');
  await byCode.getByLabel('A code from another browser').fill(code);
  await byCode.getByRole('button', { name: 'Use it here' }).click();
  await expect(byCode.getByRole('link', { name: mine })).toBeVisible();

  const byLink = await (await browser.newContext({ baseURL: marquee.url })).newPage();
  await byLink.goto(link);
  await expect(byLink.getByRole('link', { name: mine }), 'nothing happens before one says so').toHaveCount(0);
  await byLink.getByRole('button', { name: 'Use it', exact: true }).click();
  await expect(byLink.getByRole('link', { name: mine })).toBeVisible();

  // Two browsers have a page open: one says something on it, the other goes on.
  await byCode.goto(`/movie/${films[0]?.id}`);
  await byLink.goto('/');
  const renew = page.getByRole('button', { name: 'Make a new code' });
  await renew.click();
  await expect(page, 'nothing happens before one says so').toHaveURL(/\/you$/);
  await page.getByLabel('The code and the link above stop working').check();
  await renew.click();
  await expect(page.getByRole('status')).toContainText('has a new code');
  await expect(page.getByRole('link', { name: mine })).toBeVisible();
  const slider = byCode.getByRole('slider', { name: /^Rate / });
  // What is set before the page's script runs is lost.
  await expect(async () => {
    await slider.fill('2');
    await expect(byCode.locator('.toast')).toContainText('made in another browser', { timeout: 2_000 });
  }).toPass();
  await expect(slider, 'it is taken back').toHaveValue('4.5');
  for (const other of [byCode, byLink]) {
    await other.reload();
    await expect(other).toHaveURL(/\/you\?problem=renewed$/);
    await expect(other.getByRole('status')).toContainText('a new code, made in another browser');
    await expect(other.getByRole('link', { name: 'Rated 0 films' })).toBeVisible();
  }
  for (const other of [byCode, byLink]) await other.context().close();
});

test('two people share a browser, each with films of their own', async ({ page }) => {
  const { csv } = await file(page);
  await bring(page, csv);
  await page.goto('/you');
  await page.getByLabel('Name of this profile').fill('Anna');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Somebody else').fill('Ben');
  await page.getByRole('button', { name: 'Add a profile' }).click();
  await expect(page.getByText('Rate a few films you know')).toBeVisible();
  await page.goto('/you');
  await expect(page.getByRole('main').getByText('Profile: Ben')).toBeVisible();
  await page.getByRole('button', { name: 'Switch to Anna' }).click();
  await expect(page.getByText('Rate a few films you know')).toHaveCount(0);
});

test('every page says whose it is, the menu leads to the others, and a tab of somebody else’s does not stay', async ({
  page,
}) => {
  const { csv } = await file(page);
  await bring(page, csv);
  await page.goto('/you');
  await page.getByLabel('Name of this profile').fill('Anna');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.goto('/search?q=the');
  await expect(page.getByRole('banner').getByText('Anna')).toBeVisible();
  await page.goto('/');
  await expect(page.locator('.profile summary')).toContainText('Anna');

  const other = await page.context().newPage();
  await other.goto('/you');
  await other.getByLabel('Somebody else').fill('Ben');
  await other.getByRole('button', { name: 'Add a profile' }).click();
  await expect(other.locator('.profile summary')).toContainText('Ben');
  // As when the visitor turns to the first tab.
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await expect(page.locator('.profile summary')).toContainText('Ben');

  await page.locator('.profile summary').click();
  await page.getByRole('navigation', { name: 'Switch profile' }).getByRole('button', { name: 'Anna' }).click();
  await expect(page.locator('.profile summary')).toContainText('Anna');
  await other.close();
});
