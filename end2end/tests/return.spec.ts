// Coming back: by the browser's back button, and after the server was gone.

import { Server } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

test('the back button leads to the same rows and where the page was scrolled to', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const before = await home.titles();
  await page.evaluate(() => window.scrollTo({ top: 150, behavior: 'instant' }));
  await home.cards
    .first()
    .getByRole('link')
    .evaluate((link: HTMLElement) => link.click());
  await expect(page).toHaveURL(/\/movie\//);
  await page.goBack();
  await home.isFilled();
  expect(await home.titles()).toEqual(before);
  await expect.poll(async () => page.evaluate(() => window.scrollY)).toBe(150);
});

test.describe('when the server is gone', () => {
  test.use({
    expectedComplaints: /Failed to load resource|ERR_CONNECTION_REFUSED|Failed to fetch/,
    serviceWorkers: 'allow',
  });

  for (const path of ['/', '/search?q=the', '/you', '/import', '/films/watchlist']) {
    test(`${path} says so, and comes back by itself`, async ({ marquee, page }) => {
      await page.goto('/');
      await page.evaluate(async () => navigator.serviceWorker.ready);
      const { port } = new URL(marquee.url);
      await marquee.stop();
      await page.goto(path);
      await expect(page.getByRole('heading', { name: 'Marquee does not answer' })).toBeVisible();
      const again = await Server.start({ options: ['--addr', `127.0.0.1:${port}`], withData: true });
      try {
        await expect(page.getByRole('banner')).toBeVisible();
        await expect(page).toHaveURL(new RegExp(`${path.replace('?', '\\?')}$`));
      } finally {
        await again.stop();
      }
    });
  }
});
