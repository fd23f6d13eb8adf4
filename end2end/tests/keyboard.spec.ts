// Who has no mouse: stars set key by key, and the way through a row.

import type { Locator, Page } from '@playwright/test';
import { hold } from '../support/hold.ts';
import { card, row } from '../support/home.ts';
import { expect, test } from '../support/test.ts';

/** What the page sends as ratings from now on, in stars. */
function sentStars(page: Page): number[] {
  const sent: number[] = [];
  page.on('request', (request) => {
    if (!request.url().endsWith('/fn/rate')) return;
    sent.push(Number(new URLSearchParams(request.postData() ?? '').get('stars')));
  });
  return sent;
}

/** The slider of a card, with the focus. */
async function sliderOf(film: Locator): Promise<Locator> {
  await film.getByRole('link').focus();
  const slider = film.getByRole('slider');
  await slider.focus();
  return slider;
}

test('who sets the stars key by key, and slowly, keeps the card until Enter', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const [first = ''] = await home.titles();
  const sent = sentStars(page);
  const slider = await sliderOf(home.cards.first());
  for (const stars of ['0.5', '1', '1.5']) {
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(1_500);
    await expect(slider).toBeFocused();
    await expect(slider).toHaveValue(stars);
    await expect(slider).toHaveAttribute('aria-valuetext', `${stars} of 5 stars`);
  }
  expect(sent).toEqual([]);

  await page.keyboard.press('Enter');
  await expect(card(home.track, first)).toHaveCount(0);
  await home.isFilled();
  expect(sent).toEqual([1.5]);
  await expect(home.cards.first(), 'the film that came in its place has the focus').toBeFocused();
});

test('stars set by keys are sent when the focus leaves them, and the card stays until it leaves the card', async ({
  home,
  page,
}) => {
  await page.goto('/');
  await home.isFilled();
  const [first = '', second = ''] = await home.titles();
  const sent = sentStars(page);
  await sliderOf(home.cards.first());
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(1_500);
  expect(sent).toEqual([]);
  await page.keyboard.press('Tab');
  const watchlist = home.cards.first().getByRole('button', { name: `${first} on your watchlist` });
  await expect(watchlist).toBeFocused();
  await expect.poll(() => sent).toEqual([0.5]);
  await page.waitForTimeout(2_000);
  await expect(watchlist, 'the films that were chosen meanwhile wait').toBeFocused();

  await card(home.track, second).getByRole('link').focus();
  await expect(card(home.track, first)).toHaveCount(0);
  expect(sent).toEqual([0.5]);
});

test.describe('with the worker that stands between the page and the server', () => {
  test.use({ serviceWorkers: 'allow' });

  test('stars that were set by keys are on the page that the same card leads to', async ({ home, page }) => {
    await page.goto('/');
    await page.evaluate(async () => navigator.serviceWorker.ready);
    await page.reload();
    await home.isFilled();
    const film = home.popular.locator('li.card').first();
    const slider = await sliderOf(film);
    await slider.press('End');
    await page.keyboard.press('Shift+Tab');
    await expect(film.getByRole('link')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/movie\//);
    await expect(page.getByRole('slider')).toHaveValue('5');
  });

  test('stars that no frame was painted after are on the page that is asked for next', async ({ home, page }) => {
    await page.addInitScript(() => (window.requestAnimationFrame = () => 0));
    await page.goto('/');
    await page.evaluate(async () => navigator.serviceWorker.ready);
    await page.reload();
    await home.isFilled();
    const slider = await sliderOf(home.popular.locator('li.card').first());
    await slider.press('End');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/movie\//);
    await expect(page.getByRole('slider')).toHaveValue('5');
  });

  test('what a page says as it is left arrives', async ({ home, page }) => {
    await page.goto('/');
    await page.evaluate(async () => navigator.serviceWorker.ready);
    await page.reload();
    await home.isFilled();
    const slider = await sliderOf(home.popular.locator('li.card').first());
    // As if the slider had not been let go of yet.
    await slider.evaluate((input: HTMLInputElement) => {
      input.value = '4';
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await page.goto('/search');
    await expect(async () => {
      await page.goto('/films/rated');
      await expect(page.locator('main li')).toContainText('4.0', { timeout: 1_000 });
    }).toPass();
  });
});

test('a new visitor’s strip is one stop for the Tab key, and says what to do when all of it is skipped', async ({
  home,
  page,
}) => {
  await page.goto('/');
  await home.isFilled();
  const likes = home.welcome.getByRole('button', { name: /^Like / });
  await likes.first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(likes.nth(1)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(home.welcome.getByRole('button', { name: /^Skip / }).nth(1)).toBeFocused();
  await page.keyboard.press('Tab');
  const inside = await home.welcome
    .locator('li')
    .evaluateAll((cards) => cards.some((card) => card.contains(document.activeElement)));
  expect(inside, 'the next stop is beyond the strip').toBe(false);
  const skipped = await home.welcome.locator('li .card-title').allTextContents();
  const skip = home.welcome.getByRole('button', { name: /^Skip / });
  for (let left = await skip.count(); left > 0; left -= 1) {
    await skip.first().focus();
    await page.keyboard.press('Enter');
    await expect(skip).toHaveCount(left - 1);
  }
  const last = home.welcome.locator('li');
  await expect(last).toContainText('No film is left here.');
  await expect(last).toBeFocused();
  const names = async () => home.welcome.locator('li .card-title').allTextContents();
  await page.goto('/');
  const others = await names();
  expect(others.length).toBeGreaterThan(5);
  expect(
    others.filter((name) => skipped.includes(name)),
    'what was skipped is not offered again',
  ).toEqual([]);
});

test('Escape closes the filter and gives its button the focus again', async ({ home, page }) => {
  await page.goto('/?genre=Comedy');
  await home.isFilled();
  const button = page.getByText('Filter: Comedy');
  await button.click();
  const genre = page.getByRole('combobox', { name: 'Genre' });
  await genre.focus();
  await page.keyboard.press('Escape');
  await expect(genre).toBeHidden();
  await expect(page.locator('.home-filters summary')).toBeFocused();
});

test('stars that were set by keys are not lost when the page is left', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const slider = await sliderOf(home.popular.locator('li.card').first());
  await slider.press('End');
  // What is sent as a page is left may come after the next one is asked for.
  await page.goto('/search');
  await expect(async () => {
    await page.goto('/films/rated');
    await expect(page.locator('main li')).toContainText('5.0', { timeout: 1_000 });
  }).toPass();
});

test('films that are chosen while stars are being set by keys wait until they are', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const third = (await home.titles())[2] ?? '';
  const letThemCome = await hold(page, /\/fn\/poll/);
  await home.rate(home.cards.first(), 5);
  const slider = await sliderOf(card(home.track, third));
  await page.keyboard.press('ArrowRight');
  letThemCome();
  await page.waitForTimeout(4_000);
  await expect(slider).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(card(home.track, third)).toHaveCount(0);
  await home.isFilled();
});

test('Home and End lead to the first and the last card of a row', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const links = home.cards.getByRole('link');
  await links.nth(1).focus();
  await page.keyboard.press('End');
  await expect(links.last()).toBeFocused();
  await expect(links.last()).toHaveAttribute('tabindex', '0');
  await page.keyboard.press('ArrowRight');
  await expect(links.last(), 'there is nothing beyond').toBeFocused();
  await page.keyboard.press('Home');
  await expect(links.first()).toBeFocused();
  const popular = row(page, 'popular').getByRole('link');
  await popular.first().focus();
  await page.keyboard.press('End');
  await expect(popular.last()).toBeFocused();
});
