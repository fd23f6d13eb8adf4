// Search: a list as one types, a page of results, by keyboard and without script.

import { AxeBuilder } from '@axe-core/playwright';
import { setStars } from '../support/film.ts';
import { hold } from '../support/hold.ts';
import { expect, test } from '../support/test.ts';

/** A film that everybody rated, and a piece of its title. */
async function known(page: import('@playwright/test').Page): Promise<{ title: string; piece: string }> {
  const answer = await page.request.get('/api/search?n=40');
  const { films } = (await answer.json()) as { films: { title: string }[] };
  const title = films.map((film) => film.title).find((title) => /^[A-Za-z]{6,}/.test(title)) ?? '';
  return { title, piece: title.slice(0, 5) };
}

test('a film is found as one types, chosen by arrow keys, and opened by Enter', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const { title, piece } = await known(page);
  const field = page.getByRole('combobox', { name: 'Search films' });
  await expect(field).toHaveAttribute('aria-expanded', 'false');
  await field.pressSequentially(piece.toLowerCase());
  const option = page.getByRole('option', { name: title }).first();
  // A list of what was typed before the last letter would still be replaced, and what is chosen in it with it.
  await expect(option.locator('mark').first()).toHaveText(piece);
  await expect(option).toBeVisible();
  await expect(field).toHaveAttribute('aria-expanded', 'true');
  await expect(field).toBeFocused();
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press('ArrowDown');
    if ((await option.getAttribute('aria-selected')) === 'true') break;
  }
  await expect(option).toHaveAttribute('aria-selected', 'true');
  await expect(field).toHaveAttribute('aria-activedescendant', (await option.getAttribute('id')) ?? 'none');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
});

test('what was typed before the page’s script ran is asked for when it does', async ({ page }) => {
  const release = await hold(page, /\.wasm$/);
  await page.goto('/search', { waitUntil: 'domcontentloaded' });
  const field = page.getByRole('combobox', { name: 'Search films' });
  await field.pressSequentially('the');
  await expect(field).toHaveAttribute('aria-expanded', 'false');
  release();
  await expect(page.getByRole('listbox', { name: 'Films' }).getByRole('option').first()).toBeVisible();
  await expect(field).toHaveAttribute('aria-expanded', 'true');
});

test('in a list that arrives nothing is chosen, whatever was chosen in the one before', async ({ page }) => {
  await page.goto('/search');
  const field = page.getByRole('combobox', { name: 'Search films' });
  const options = page.getByRole('listbox', { name: 'Films' }).getByRole('option');
  await field.pressSequentially('th');
  await expect(options.first()).toBeVisible();
  const asked = page.waitForRequest(/\/search\/suggest/);
  const release = await hold(page, /\/search\/suggest/);
  await field.press('e');
  await asked;
  await page.keyboard.press('ArrowDown');
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  release();
  await expect(field).not.toHaveAttribute('aria-activedescendant');
  await expect(options.and(page.locator('[aria-selected=true]'))).toHaveCount(0);
});

test('Escape closes the list and keeps what was typed, and Enter searches for it', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const { title, piece } = await known(page);
  const field = page.getByRole('combobox', { name: 'Search films' });
  await field.pressSequentially(piece);
  await expect(page.getByRole('listbox')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('listbox')).toBeHidden();
  await expect(field).toHaveValue(piece);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/search\?q=/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`“${piece}”`);
  await expect(page.locator('.results').getByRole('link', { name: title }).first()).toBeVisible();
});

test('the arrow keys open the list again that Escape has closed', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const { piece } = await known(page);
  const field = page.getByRole('combobox', { name: 'Search films' });
  await field.pressSequentially(piece);
  const list = page.getByRole('listbox');
  await expect(list).toBeVisible();
  for (const key of ['ArrowDown', 'ArrowUp']) {
    await page.keyboard.press('Escape');
    await expect(list).toBeHidden();
    await page.keyboard.press(key);
    await expect(list).toBeVisible();
  }
  await page.keyboard.press('ArrowDown');
  await expect(list.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
});

test.describe('when the server does not answer', () => {
  test.use({ expectedComplaints: /Failed to load resource/ });

  test('the list says so, and has films again as soon as it does', async ({ home, page }) => {
    await page.goto('/');
    await home.isFilled();
    const { title, piece } = await known(page);
    await page.route('**/search/suggest**', (route) => route.abort());
    const field = page.getByRole('combobox', { name: 'Search films' });
    await field.pressSequentially(piece);
    await expect(page.getByRole('listbox')).toContainText('The server does not answer');
    await page.keyboard.press('ArrowDown');
    await expect(field).not.toHaveAttribute('aria-activedescendant');
    await page.unroute('**/search/suggest**');
    await page.keyboard.press('Backspace');
    await expect(page.getByRole('option', { name: title }).first()).toBeVisible();
  });
});

test('an option is opened by a press, and the list goes when the field is left', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const { title, piece } = await known(page);
  const field = page.getByRole('combobox', { name: 'Search films' });
  await field.pressSequentially(piece);
  await expect(page.getByRole('listbox')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('listbox')).toBeHidden();
  await field.press('End');
  await field.press('Backspace');
  await page.getByRole('option', { name: title }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
});

test('a film is rated where it was found, and narrowing stays in the address', async ({ page }) => {
  await page.goto('/search');
  const card = page.locator('.results li.card').first();
  const stored = page.waitForResponse(/\/fn\/rate/);
  await card.hover();
  await setStars(card.getByRole('slider'), 4);
  expect((await stored).ok()).toBe(true);
  await page.reload();
  await expect(page.locator('.results li.card').first()).toContainText('4.0');

  await page.getByRole('navigation', { name: 'Genre' }).getByRole('link', { name: 'Drama' }).click();
  await expect(page).toHaveURL(/genre=Drama/);
  await page.getByLabel('Decade').selectOption('1990');
  await page.getByLabel('Sort by').selectOption('Newest');
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(/genre=Drama.*decade=1990.*sort=newest/);
  await expect(page.getByText(/films?, newest first/)).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Drama films');
});

test('the pages of what was found follow one another, and no film stands on two', async ({ page }) => {
  await page.goto('/search?sort=popular');
  const shown = () =>
    page.locator('.results .card-link').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  const first = await shown();
  const pages = page.getByRole('navigation', { name: 'Pages' });
  await pages.getByRole('link', { name: 'Forward' }).click();
  // Its films are looked at once: when all of the page is there.
  await page.waitForURL(/sort=popular&page=2/);
  const second = await shown();
  expect(second.length).toBeGreaterThan(0);
  expect(second.filter((film) => first.includes(film))).toEqual([]);
  await pages.getByRole('link', { name: 'Back' }).click();
  await expect.poll(shown).toEqual(first);
});

test('axe finds nothing on the search page and its open list, and nothing is wider than the window', async ({
  page,
}) => {
  await page.goto('/search?genre=Drama&sort=match&profile=1');
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const field = page.getByRole('combobox', { name: 'Search films' });
      await field.fill('');
      await field.pressSequentially('the');
      await expect(page.getByRole('listbox', { name: 'Films' }).getByRole('option').first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wider).toBeLessThanOrEqual(0);
    }
  }
});

test('a word without end does not make the page wider than the window', async ({ page }) => {
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`/search?q=${'w'.repeat(400)}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a film is searched for, found and rated by forms', async ({ page }) => {
    const { title, piece } = await known(page);
    await page.goto('/');
    await page.getByRole('combobox', { name: 'Search films' }).fill(piece);
    await page.keyboard.press('Enter');
    const found = page.locator('.results li.card').filter({ hasText: title }).first();
    await expect(found.getByRole('link')).toBeVisible();
    await found.getByRole('slider').fill('3');
    await found.getByRole('button', { name: 'Rate' }).click();
    await expect(page).toHaveURL(/\/search\?q=/);
    await expect(page.locator('.results li.card').filter({ hasText: title }).first()).toContainText('3.0');
  });
});
