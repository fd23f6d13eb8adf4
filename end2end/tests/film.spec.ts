// A film's page: reached from a card, rated there, and it says why.

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { rateHere } from '../support/film.ts';
import { shifts } from '../support/shifts.ts';
import { expect, test } from '../support/test.ts';

test('a card leads to its film, a rating there changes the next prediction, and is taken back', async ({
  home,
  page,
}) => {
  await page.goto('/');
  await home.isFilled();
  const title = (await home.cards.first().locator('.card-title').textContent()) ?? '';
  await home.cards.first().getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
  await expect(page.getByText('Predicted for you').first()).toBeVisible();

  await rateHere(page, 4.5);
  await expect(page.getByRole('button', { name: 'Take back' })).toBeVisible();

  await page.getByRole('region', { name: 'Similar films' }).getByRole('link').first().click();
  await expect(page.locator('.reasons').getByRole('link', { name: title })).toBeVisible();
  await page.locator('.reasons').getByRole('link', { name: title }).click();
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByRole('button', { name: 'Take back' })).toHaveCount(0);
  await expect(page.locator('.film-rate .film-stars')).toHaveText('Not rated');
});

/** The films that most people rated, by their numbers. */
async function manyRated(page: Page, count: number): Promise<number[]> {
  const answer = await page.request.get(`/api/search?sort=popular&n=${count}`);
  return ((await answer.json()) as { films: { id: number }[] }).films.map(({ id }) => id);
}

/** The film that most people rated. */
const popular = async (page: Page) => (await manyRated(page, 1))[0] ?? 0;

test('what pulls a prediction down is hatched, and what lifts it is not', async ({ page }) => {
  const [down, up] = [page.locator('.pull-down path'), page.locator('.pull:not(.pull-down) path')];
  for (const film of await manyRated(page, 20)) {
    await page.goto(`/movie/${film}?profile=1`);
    if ((await down.count()) && (await up.count())) break;
  }
  const number = page.locator('.reasons li', { has: down }).first().locator('.number');
  await expect(number).toHaveText(/^−/);
  await expect(down.first()).toHaveCSS('stroke-dasharray', '3px');
  await expect(up.first()).toHaveCSS('stroke-dasharray', 'none');
});

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  test.describe(`${viewport.width} px wide`, () => {
    test.use({ viewport });

    test('stars on a film’s page are stored as they are set, and nothing moves', async ({ page }) => {
      const film = await popular(page);
      await page.goto(`/movie/${film}`);
      await expect(page.getByRole('button', { name: 'Rate', exact: true }), 'there is nothing to press').toHaveCount(0);
      const before = await shifts(page);
      await rateHere(page, 4.5);
      await expect(page.getByRole('button', { name: 'Take back' })).toBeVisible();
      const stored = page.waitForResponse(/\/fn\/mark/);
      await page.getByRole('button', { name: 'Watchlist', exact: true }).click();
      await expect(page.getByRole('button', { name: 'On your watchlist' })).toHaveAttribute('aria-pressed', 'true');
      expect((await stored).ok()).toBe(true);
      expect(await shifts(page)).toEqual(before);

      await page.reload();
      await expect(page.getByRole('slider', { name: /^Rate / })).toHaveValue('4.5');
      await expect(page.getByRole('button', { name: 'On your watchlist' })).toBeVisible();
    });
  });
}

test('the arrow keys send one rating when the stars are left, and not one for each step', async ({ page }) => {
  await page.goto(`/movie/${await popular(page)}`);
  await rateHere(page, 1);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/fn/rate')) sent.push(request.postData() ?? '');
  });
  const slider = page.getByRole('slider', { name: /^Rate / });
  const stored = page.waitForResponse(/\/fn\/rate/);
  await slider.focus();
  for (let halves = 0; halves < 6; halves += 1) await page.keyboard.press('ArrowRight');
  await expect(page.locator('.film-rate .film-stars')).toHaveText('4 of 5 stars');
  await page.keyboard.press('Tab');
  await stored;
  await page.waitForTimeout(1_500);
  expect(sent.map((form) => Number(new URLSearchParams(form).get('stars')))).toEqual([4]);

  const takenBack = page.waitForResponse(/\/fn\/rate/);
  await page.getByRole('button', { name: 'Take back' }).press('Enter');
  await takenBack;
  await expect(slider, 'the focus is not lost').toBeFocused();
  await expect(slider).toHaveValue('0');
});

test('what is said on a film’s page adds no step to the way back', async ({ home, page }) => {
  await page.goto('/');
  await home.popular.locator('li.card').first().getByRole('link').click();
  await expect(page).toHaveURL(/\/movie\//);
  await rateHere(page, 3);
  for (const name of ['Watchlist', 'Already seen', 'I have it']) {
    const stored = page.waitForResponse(/\/fn\/mark/);
    await page.getByRole('button', { name, exact: true }).click();
    await stored;
  }
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(page.locator('.film-rate .film-stars')).toHaveText('Not rated');
  await page.goBack();
  await expect(page).toHaveURL(/\/$/);
});

test.describe('when the server does not answer', () => {
  test.use({ expectedComplaints: /Failed to load resource/ });

  test('what it did not take on a film’s page is taken back, and the page says so', async ({ page }) => {
    await page.goto(`/movie/${await popular(page)}`);
    await rateHere(page, 2);
    // Nor is it there again as soon as it is asked, which would take away what the page says.
    await page.route(/\/(fn\/(rate|mark)|healthz)/, (route) => route.abort());
    await page.getByRole('slider', { name: /^Rate / }).fill('5');
    await expect(page.locator('.toast')).toContainText('The rating was not stored');
    await expect(page.getByRole('slider', { name: /^Rate / })).toHaveValue('2');
    await page.locator('.toast').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Not interested' }).click();
    await expect(page.locator('.toast')).toContainText('This was not stored');
    await expect(page.getByRole('button', { name: 'Not interested' })).toHaveAttribute('aria-pressed', 'false');
  });
});

test('a film’s page says what everyone gave it, where else it is found, and why the number is what it is', async ({
  page,
}) => {
  await page.goto(`/movie/${await popular(page)}?profile=1`);
  for (const site of ['IMDb', 'TMDB']) {
    const link = page.getByRole('link', { name: site, exact: true });
    await expect(link).toHaveAttribute(
      'href',
      site === 'IMDb' ? /imdb\.com\/title\/tt\d+/ : /themoviedb\.org\/movie\/\d+/,
    );
  }
  const bars = page.getByRole('list', { name: 'How everyone rated it' }).getByRole('listitem');
  await expect(bars).toHaveCount(10);
  const counts = (await bars.allInnerTexts()).map((text) =>
    Number(/stars: ([\d,]+) rating/.exec(text)?.[1]?.replace(',', '')),
  );
  const said = Number(/of ([\d,]+) ratings/.exec(await page.locator('.verdict').innerText())?.[1]?.replace(',', ''));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(said);

  // The lines of the sum, to the last.
  const numbers = (await page.locator('.reasons .number').allInnerTexts()).map((text) =>
    Number(text.replace('−', '-')),
  );
  const sum = numbers.pop() ?? 0;
  expect(numbers.length).toBeGreaterThan(3);
  expect(Math.abs(numbers.reduce((all, number) => all + number, 0) - sum)).toBeLessThan(0.01 * numbers.length);
});

test('a card’s film opens by keyboard', async ({ home, page }) => {
  await page.goto('/?profile=1');
  await home.isFilled();
  await home.cards.first().getByRole('link').focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/movie\/\d+\?profile=1$/);
  await expect(page.getByText('Predicted for Viewer 1').first()).toBeVisible();
});

test('axe finds nothing on a film’s page, and nothing is wider than the window', async ({ home, page }) => {
  await page.goto('/?profile=1');
  await home.isFilled();
  await home.cards.first().getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
    }
  }
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a film’s page has its prediction, and rates by a form', async ({ home, page }) => {
    await page.goto('/');
    await home.popular.locator('li.card').first().getByRole('link').click();
    await expect(page.getByText('Predicted for you').first()).toBeVisible();
    await page.getByRole('slider').fill('2');
    await page.getByRole('button', { name: 'Rate' }).click();
    await expect(page.getByRole('button', { name: 'Take back' })).toBeVisible();
  });
});
