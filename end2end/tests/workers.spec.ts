// The operator's page: who computes, and how it goes.

import AxeBuilder from '@axe-core/playwright';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '../support/test.ts';

test('the workers and what they did are on a page that follows', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  await page.getByRole('contentinfo').getByRole('link', { name: 'Workers' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Workers' })).toBeVisible();
  const workers = page.getByRole('region', { name: 'Workers' }).getByRole('row');
  await expect(workers.filter({ hasText: 'worker-0' })).toContainText('Ready');
  const recent = page.getByRole('region', { name: 'Last predictions' }).getByRole('row');
  await expect(recent.filter({ hasText: '20 films for 0 ratings' })).toContainText('SUCCESS');
  await expect(page.getByRole('img', { name: /^Time to answer over five minutes/ })).toBeVisible();

  // Another visitor asks, and the page shows it by itself.
  const rows = await recent.count();
  await page.request.get('/api/predict?liked=&n=7');
  await expect(recent).toHaveCount(rows + 1);
  await expect(recent.nth(1)).toContainText('7 films for 0 ratings');
  const gauge = page.locator('.gauge', { hasText: 'Answered' });
  await expect(gauge).not.toContainText('0.0');

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations).toEqual([]);
  }
  await page.setViewportSize({ width: 360, height: 800 });
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(tooWide, 'nothing is wider than a phone').toBeLessThanOrEqual(0);
  const cut = await page.locator('.table-wrap').evaluateAll((all) => all.filter((a) => a.scrollWidth > a.clientWidth));
  expect(cut, 'no word of a table is out of sight').toEqual([]);
});

test.describe('for somebody from elsewhere', () => {
  const token = 'the-operators-own-token';
  const file = path.join(tmpdir(), `marquee-token-${process.pid}`);
  test.use({
    options: ['--operator-token-file', file],
    extraHTTPHeaders: { 'x-forwarded-for': '10.1.2.3' },
    expectedComplaints: /403/,
  });
  // Here and not in a hook: the server, which reads it, starts before the hooks.
  writeFileSync(file, token);

  test('the page asks for the token and then shows the workers', async ({ home, page }) => {
    await page.goto('/');
    await home.isFilled();
    await expect(page.getByRole('link', { name: 'Workers' })).toHaveCount(0);
    const refused = await page.goto('/workers');
    expect(refused?.status()).toBe(403);
    await page.getByLabel('The operator’s token').fill('not-the-right-one-at-all');
    await page.getByRole('button', { name: 'Show the workers' }).click();
    await expect(page.getByRole('alert')).toHaveText(/That is not the token/);
    await expect(page.getByLabel('The operator’s token')).toHaveAccessibleDescription(/That is not the token/);
    await page.getByLabel('The operator’s token').fill(token);
    await page.getByRole('button', { name: 'Show the workers' }).click();
    await expect(page.getByRole('region', { name: 'Workers' })).toContainText('worker-0');
  });
});
