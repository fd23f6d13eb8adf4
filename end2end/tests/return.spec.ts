// Coming back: by the browser's back button, and after the server was gone.

import { rateHere } from '../support/film.ts';
import { card, row } from '../support/home.ts';
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
  const cameBy = () => (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).type;
  expect(await page.evaluate(cameBy), 'nothing has changed, so nothing is loaded anew').toBe('back_forward');
});

test('what was rated on a film’s page is known where the back button leads, and the page is scrolled as it was', async ({
  home,
  page,
}) => {
  await page.goto('/');
  await home.isFilled();
  const [first = ''] = await home.titles();
  await page.evaluate(() => window.scrollTo({ top: 150, behavior: 'instant' }));
  await home.cards
    .first()
    .getByRole('link')
    .evaluate((link: HTMLElement) => link.click());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(first);
  await rateHere(page, 5);

  let loads = 0;
  page.on('load', () => (loads += 1));
  await page.goBack();
  await expect(async () => {
    await home.isFilled();
    expect(await home.titles()).not.toContain(first);
  }).toPass();
  await expect(card(row(page, 'recent'), first)).toHaveCount(1);
  await expect.poll(async () => page.evaluate(() => window.scrollY), 'where the page was scrolled to').toBe(150);
  expect(loads, 'not again and again').toBeLessThanOrEqual(2);

  await page.goForward();
  await expect(page.locator('.film-rate .film-stars')).toHaveText('5 of 5 stars');
  await expect(page.getByRole('slider', { name: `Rate ${first}` })).toHaveValue('5');
});

test('the back button leads to rows that are scrolled as they were', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const scrolled = async (name: string) =>
    row(page, name)
      .locator('ul.row-track')
      .evaluate((list) => Math.round(list.scrollLeft));
  const forward = async (name: string) => {
    const list = row(page, name).locator('ul.row-track');
    await list.evaluate((list) => list.addEventListener('scrollend', () => list.setAttribute('data-rests', '')));
    await row(page, name).getByRole('button', { name: 'Forward' }).click();
    // It glides.
    await expect(list).toHaveAttribute('data-rests');
    expect(await scrolled(name)).toBeGreaterThan(100);
    return scrolled(name);
  };
  const before = { 'for-you': await forward('for-you'), popular: await forward('popular') };
  await home.cards
    .first()
    .getByRole('link')
    .evaluate((link: HTMLElement) => link.click());
  await rateHere(page, 2);
  await page.goBack();
  await home.isFilled();
  for (const [name, left] of Object.entries(before)) {
    await expect.poll(async () => scrolled(name), name).toBe(left);
    await expect(row(page, name).getByRole('button', { name: 'Back' })).toHaveAttribute('aria-disabled', 'false');
  }
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

  test('a form that was sent meanwhile is said to be in doubt, and can be sent again', async ({ marquee, page }) => {
    await page.goto('/');
    await page.evaluate(async () => navigator.serviceWorker.ready);
    await page.goto('/you');
    const { port } = new URL(marquee.url);
    await marquee.stop();
    await page.getByLabel('Name of this profile').fill('Anna');
    await page.getByRole('button', { name: 'Rename' }).click();
    await expect(page.getByRole('status')).toContainText('may not have arrived');
    const again = await Server.start({ options: ['--addr', `127.0.0.1:${port}`], withData: true });
    try {
      await expect(page.getByRole('heading', { name: 'Marquee is back' })).toBeVisible();
      await page.getByRole('link', { name: 'Back to what you were doing' }).click();
      await expect(page).toHaveURL(/\/you$/);
      await page.getByLabel('Name of this profile').fill('Anna');
      await page.getByRole('button', { name: 'Rename' }).click();
      await expect(page.getByRole('main').getByText('Profile: Anna')).toBeVisible();
    } finally {
      await again.stop();
    }
  });

  test('posters that did not come meanwhile come later', async ({ home, page }) => {
    await page.route('**/poster/**', (route) => route.abort());
    await page.goto('/');
    await home.isFilled();
    // One that is seen: what is out of sight is not asked for.
    const poster = home.welcome.locator('li.card img').first();
    const isThere = async () => poster.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0);
    expect(await isThere()).toBe(false);
    await page.unroute('**/poster/**');
    await expect.poll(isThere, { timeout: 40_000 }).toBe(true);
  });
});
