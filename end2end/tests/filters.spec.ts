// The home page's filter, and rows as stops for the Tab key.

import { shifts } from '../support/shifts.ts';
import { expect, test } from '../support/test.ts';

test('a filter stands in the address, narrows every row, and is taken away again', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  await page.getByText('Filter', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Genre' }).selectOption('Drama');
  await page.getByRole('combobox', { name: 'Decade' }).selectOption('1990');
  await page.getByRole('form', { name: 'Filter the rows' }).getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(/genre=Drama&decade=1990/);
  await home.isFilled();
  await expect(page.getByText('Filter: Drama, 1990s')).toBeVisible();
  const films = await page.request.get('/api/search?genre=Drama&decade=1990&n=100');
  const titles = ((await films.json()) as { films: { title: string }[] }).films.map((film) => film.title);
  for (const title of await home.titles()) expect(titles).toContain(title);

  await home.rate(home.cards.first(), 4);
  await home.isFilled();
  for (const title of await home.titles()) expect(titles, 'also after a rating').toContain(title);

  await page.getByRole('link', { name: 'All films' }).click();
  await expect(page).toHaveURL(/\/$/);
});

test('a filter for few films leaves no row without films, and nothing moves', async ({ home, page }) => {
  const films = await page.request.get('/api/search?genre=Western&decade=1920&n=100');
  const { films: few } = (await films.json()) as { films: unknown[] };
  expect(few.length).toBeGreaterThan(0);
  expect(few.length).toBeLessThan(6);
  await page.goto('/?genre=Western&decade=1920&profile=1');
  await expect(home.track).toHaveAttribute('aria-busy', 'false');
  await expect(page.locator('main')).not.toContainText('Nothing left to choose');
  await expect(page.locator('section.row[aria-labelledby="because"]:visible')).toHaveCount(0);
  await expect(home.waiting).toHaveCount(0);
  expect(await shifts(page)).toEqual([]);
});

test('a genre that there is not is said to be none, with the way to all films', async ({ page }) => {
  await page.goto('/?genre=Foo&profile=1');
  const main = page.locator('main');
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('No films');
  await expect(main).toContainText('There is no genre “Foo” here.');
  await expect(main.locator('li.card')).toHaveCount(0);
  await main.getByRole('link', { name: 'All films' }).click();
  await expect(page).toHaveURL(/\/\?profile=1$/);
});

test('a filter that no film passes leaves one sentence, with the way to all films', async ({ page }) => {
  await page.goto('/?genre=Western&decade=1850');
  const main = page.locator('main');
  await expect(main).toContainText('No film here is all of this: Western, 1850s.');
  await expect(main.locator('section.row')).toHaveCount(0);
  await expect(main.getByRole('link', { name: 'All films' })).toHaveCount(1);
});

test('where all cards of a row have room, no arrow leads on', async ({ home, page }) => {
  await page.goto('/?genre=Western&decade=1920');
  await expect(home.track).toHaveAttribute('aria-busy', 'false');
  expect(await home.popular.locator('li.card').count()).toBeLessThan(6);
  const forward = home.popular.getByRole('button', { name: 'Forward' });
  await expect(forward).toHaveAttribute('aria-disabled', 'true');
});

test('a row is one stop for the Tab key, and the arrow keys go from card to card', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const links = home.cards.getByRole('link');
  await expect(links.nth(1)).toHaveAttribute('tabindex', '-1');
  await links.first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(links.nth(2)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(home.cards.nth(1).getByRole('slider'), 'what is on the card is reached from it').toBeFocused();
  for (let tabs = 0; tabs < 6; tabs += 1) await page.keyboard.press('Tab');
  const inside = await home.cards.evaluateAll((cards) => cards.some((card) => card.contains(document.activeElement)));
  expect(inside, 'the next stop is beyond the row').toBe(false);
  for (let tabs = 0; tabs < 12; tabs += 1) {
    await page.keyboard.press('Shift+Tab');
    if (await links.nth(1).evaluate((link) => link === document.activeElement)) break;
  }
  await expect(links.nth(1), 'the way back leads to the card that had the focus').toBeFocused();
});

test('the arrow keys of the stars are theirs', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const slider = home.cards.first().getByRole('slider');
  await home.cards.first().getByRole('link').focus();
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await expect(slider).toBeFocused();
  await expect(slider).toHaveValue('0.5');
});

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('the filter works, and every card can be reached', async ({ page }) => {
    await page.goto('/');
    await page.getByText('Filter', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Genre' }).selectOption('Comedy');
    await page.getByRole('form', { name: 'Filter the rows' }).getByRole('button', { name: 'Show' }).click();
    await expect(page).toHaveURL(/genre=Comedy/);
    await page.getByRole('link', { name: 'See your recommendations' }).click();
    await expect(page).toHaveURL(/\/for-you\?genre=Comedy/);
    await expect(page.getByText('Only: Comedy')).toBeVisible();
    await expect(page.locator('.card-link[tabindex="-1"]')).toHaveCount(0);
  });
});
