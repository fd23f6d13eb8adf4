// The page arrives before its prediction, and keeps every place that the prediction will fill.

import { FOR_YOU_FILMS } from '../support/home.ts';
import { result } from '../support/api.ts';
import { shifts } from '../support/shifts.ts';
import { trickling } from '../support/trickle.ts';
import { expect, test } from '../support/test.ts';

const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 360, height: 780 },
];

/** Not until every poster is loaded: on a slow machine the prediction may be there by then. */
const PARSED = { waitUntil: 'domcontentloaded' } as const;

test.describe('with a model that takes 5 s', () => {
  test.use({ options: ['--model-delay', '5s'] });

  test('placeholders are there before the prediction is, and cards fill in', async ({ home, page }) => {
    await page.goto('/', PARSED);
    await home.isWaiting();
    await expect(home.status).toContainText('Choosing from 600 films');
    await home.isFilled();
    await expect(home.status).not.toContainText('Choosing');
    const titles = await home.titles();
    expect(new Set(titles).size, 'twenty different films').toBe(FOR_YOU_FILMS);
  });

  for (const viewport of WIDTHS) {
    test.describe(`${viewport.width} px wide`, () => {
      test.use({ viewport });

      test('filling in shifts nothing, by the measure of the browser', async ({ home, page }) => {
        await page.goto('/', PARSED);
        await home.isWaiting();
        await home.isFilled();
        expect(await shifts(page)).toEqual([]);
      });

      test('a page that arrives bit by bit shifts nothing either', async ({ home, marquee, page }) => {
        const line = await trickling(marquee.url);
        await page.goto(line.url);
        await home.isFilled();
        expect(await shifts(page)).toEqual([]);
        line.server.close();
      });

      test('every box is where it was and as large as it was', async ({ home, page }) => {
        await page.goto('/', PARSED);
        await home.isWaiting();
        const before = await home.boxes();
        await home.isFilled();
        expect(await home.boxes()).toEqual(before);
        expect(before.length).toBeGreaterThan(2 * FOR_YOU_FILMS);
      });

      test('the page does not scroll sideways', async ({ home, page }) => {
        await page.goto('/', PARSED);
        const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        await home.isWaiting();
        expect(await overflow()).toBeLessThanOrEqual(0);
        await home.isFilled();
        expect(await overflow()).toBeLessThanOrEqual(0);
      });
    });
  }

  test('the status is told to a screen reader when the row is there', async ({ home, page }) => {
    await page.goto('/', PARSED);
    await home.isWaiting();
    await expect(page.getByRole('status')).toHaveCount(1);
    // A live region that is replaced says nothing: it must be the same element, with new words.
    const region = await page.getByRole('status').elementHandle();
    await home.isFilled();
    expect(await region?.evaluate((element) => element.isConnected)).toBe(true);
    expect(await region?.evaluate((element) => element.textContent)).toContain('600 films');
  });

  test('nothing asks for the prediction while the page is hidden', async ({ home, page }) => {
    const asked = page.waitForRequest(/\/fn\/poll/);
    await page.goto('/');
    const visible = (state: 'hidden' | 'visible') =>
      page.evaluate((visibility) => {
        Object.defineProperty(document, 'visibilityState', { get: () => visibility, configurable: true });
        Object.defineProperty(document, 'hidden', { get: () => visibility === 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await asked;
    await visible('hidden');
    let polls = 0;
    page.on('request', (request) => (polls += Number(request.url().includes('/fn/poll'))));
    await page.waitForTimeout(5_000);
    expect(polls, 'the poll that was under way may be followed by one').toBeLessThanOrEqual(1);
    await visible('visible');
    await home.isFilled();
  });

  test('the browser sees a shift where there is one', async ({ home, page }) => {
    // Once it asks for the prediction it is hydrated: until then nobody else may change what the server sent.
    const asked = page.waitForRequest(/\/fn\/poll/);
    await page.goto('/');
    await asked;
    await page.evaluate(() => document.querySelector('main')?.prepend(document.createElement('h1'), 'pushed down'));
    await expect.poll(async () => (await shifts(page)).length).toBeGreaterThan(0);
    await home.isFilled();
  });
});

test.describe('with a model that takes 30 s', () => {
  test.use({ options: ['--model-delay', '30s'] });

  test('the first HTML is whole: a scheduled prediction, twenty places, the popular films', async ({
    marquee,
    request,
  }) => {
    const start = performance.now();
    const response = await request.get('/');
    const html = await response.text();
    expect(performance.now() - start, 'milliseconds until the whole page was there').toBeLessThan(1_000);

    expect(response.status()).toBe(200);
    const id = /data-prediction="([0-9a-f]{40})"/.exec(html)?.[1] ?? 'none in the page';
    expect(html.match(/card-waiting/g)).toHaveLength(FOR_YOU_FILMS);
    expect(html).toContain('aria-busy="true"');
    const popular = html.slice(html.indexOf('id="popular"'));
    expect(popular.match(/\/poster\/\d+\.svg/g)?.length).toBeGreaterThan(5);
    expect(html).toContain('</html>');

    expect((await result(marquee.url, id)).status).toMatch(/PENDING|STARTED/);
  });

  test('nobody else can read the prediction of a visitor who is known', async ({ marquee, request }) => {
    await request.get('/');
    const html = await (await request.get('/')).text();
    const id = /data-prediction="([0-9a-f]{40})"/.exec(html)?.[1] ?? 'none in the page';
    const mine = await request.get(`/api/get-result/${id}`);
    expect(((await mine.json()) as { status: string }).status).toMatch(/PENDING|STARTED/);
    expect(await result(marquee.url, id)).not.toHaveProperty('status');
  });

  test('placeholders breathe, but hold still for those who ask for it', async ({ home, page }) => {
    const moving = () => page.evaluate(() => document.getAnimations().length);
    await page.goto('/', PARSED);
    await home.isWaiting();
    expect(await moving()).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving()).toBe(0);
  });
});
