// Watchlist, seen, not interested: on a card, with a way back, and kept.

import { card, row } from '../support/home.ts';
import { shifts } from '../support/shifts.ts';
import { expect, test } from '../support/test.ts';

test('a film one is not interested in is gone at once, and comes back by Undo in its place', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const first = home.popular.locator('li.card').first();
  const title = (await first.locator('.card-title').textContent()) ?? '';
  const stored = page.waitForResponse(/\/fn\/mark/);
  await first.hover();
  await first.getByRole('button', { name: `Not interested in ${title}` }).click();
  await expect(first).toHaveClass(/card-gone/);
  const undo = first.getByRole('button', { name: `Undo: ${title}` });
  await expect(undo, 'the focus is not lost').toBeFocused();
  await expect(page.locator('.toast')).toContainText(`${title} is hidden`);
  expect((await stored).ok()).toBe(true);

  await undo.press('Enter');
  await expect(first).not.toHaveClass(/card-gone/);
  await expect(first, 'the focus stays on the film').toBeFocused();
  await expect(page.locator('.toast')).toHaveCount(0);

  await first.hover();
  await first.getByRole('button', { name: `Not interested in ${title}` }).click();
  await undo.click();
  await expect(first, 'the mouse gets there too').not.toHaveClass(/card-gone/);
});

test('the second click of a double click on Undo opens no film', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const [first = ''] = await home.titles();
  await home.cards.first().hover();
  await home.cards.first().getByRole('button', { name: 'Not interested' }).click();
  await home.forYou.getByRole('button', { name: 'Undo' }).dblclick();
  await expect(card(home.forYou, first)).toHaveCount(1);
  await page.waitForTimeout(500);
  await expect(page).toHaveURL(/\/$/);
});

test('what was hidden or seen stays away after a reload, and the toast brings it back until then', async ({
  home,
  page,
}) => {
  await page.goto('/');
  await home.isFilled();
  const popular = home.popular.locator('li.card .card-title');
  const [hidden = '', seen = '', undone = ''] = await popular.allTextContents();
  for (const [title, button] of [
    [hidden, `Not interested in ${hidden}`],
    [seen, `Already seen ${seen}`],
    [undone, `Already seen ${undone}`],
  ] as const) {
    const stored = page.waitForResponse(/\/fn\/mark/);
    await card(home.popular, title).hover();
    await home.popular.getByRole('button', { name: button, exact: true }).click();
    await expect(card(home.popular, title)).toHaveClass(/card-gone/);
    await stored;
  }
  await expect(page.locator('.toast')).toContainText(`${undone} counts as seen`);
  const stored = page.waitForResponse(/\/fn\/mark/);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await stored;
  await expect(page.locator('.toast')).toHaveCount(0);

  await page.reload();
  await home.isFilled();
  const after = await popular.allTextContents();
  expect(after).not.toContain(hidden);
  expect(after).not.toContain(seen);
  expect(after).toContain(undone);
});

test('the watchlist is kept, has a row of its own, and is the same on the film page', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const film = home.popular.locator('li.card').first();
  const title = (await film.locator('.card-title').textContent()) ?? '';
  const button = film.getByRole('button', { name: `${title} on your watchlist` });
  await film.hover();
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  const stored = page.waitForResponse(/\/fn\/mark/);
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await stored;

  await page.reload();
  const list = row(page, 'watchlist');
  await expect(list.locator('li.card')).toHaveCount(1);
  await film.hover();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await list.locator('a.card-link').click();
  const takenOff = page.waitForResponse(/\/fn\/mark/);
  await page.getByRole('button', { name: 'On your watchlist' }).click();
  await expect(page.getByRole('button', { name: 'Watchlist', exact: true })).toBeVisible();
  await takenOff;
  await page.goto('/');
  await expect(row(page, 'watchlist')).toHaveCount(0);
});

test('a watchlist on paper is titles with years, and a box to tick for each', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const film = home.popular.locator('li.card').first();
  const title = (await film.locator('.card-title').textContent()) ?? '';
  const stored = page.waitForResponse(/\/fn\/mark/);
  await film.hover();
  await film.getByRole('button', { name: `${title} on your watchlist` }).click();
  await stored;
  await page.goto('/films/watchlist');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const printed = page.locator('li.card');
  await expect(printed.locator('.card-title')).toBeVisible();
  await expect(printed).toContainText(/\d{4}/);
  await expect(printed.locator('.poster')).toBeHidden();
  for (const gone of ['banner', 'contentinfo', 'button'] as const) await expect(page.getByRole(gone)).toHaveCount(0);
  const box = await printed.evaluate((item) => getComputedStyle(item, '::before').borderTopStyle);
  expect(box).toBe('solid');
  await expect(page.locator('body'), 'dark pages are printed on white').toHaveCSS(
    'background-color',
    'rgb(255, 255, 255)',
  );
});

test.describe('when the server does not answer', () => {
  test.use({ expectedComplaints: /Failed to load resource/ });

  test('a mark that the server refuses is taken back, and the page says so', async ({ home, page }) => {
    await page.goto('/');
    await home.isFilled();
    await page.route(/\/(fn\/mark|healthz)/, (route) => route.abort());
    const film = home.popular.locator('li.card').first();
    const title = (await film.locator('.card-title').textContent()) ?? '';
    await film.hover();
    await film.getByRole('button', { name: `Not interested in ${title}` }).click();
    await expect(page.locator('.toast')).toContainText('This was not stored');
    await expect(film).not.toHaveClass(/card-gone/);
  });
});

test('after a few likes the page has rows of their own, filled by one prediction, without moving', async ({
  home,
  page,
}) => {
  await page.goto('/');
  await home.isFilled();
  const likes = home.welcome.getByRole('button', { name: /^Like / });
  for (let liked = 0; liked < 4; liked += 1) {
    const stored = page.waitForResponse(/\/fn\/rate/);
    await likes.first().click();
    await stored;
  }
  // What the last like asked for is not counted.
  await home.isFilled();
  let polls = 0;
  page.on('request', (request) => {
    if (/\/fn\/(schedule|poll)/.test(request.url())) polls += 1;
  });
  await page.reload();
  const names = ['because', 'hidden-gems', 'genre', 'because-too', 'genre-too'];
  const below = page.locator(names.map((name) => `section.row[aria-labelledby="${name}"]`).join());
  await expect(below).toHaveCount(names.length);
  const before = await home.boxes();
  await home.isFilled();
  await expect(below.first().getByRole('heading')).toHaveText(/^Because you liked \w/);
  await expect(below.locator('.card-waiting')).toHaveCount(0);
  expect(await home.boxes(), 'nothing has moved').toEqual(expect.arrayContaining(before.slice(0, 12)));
  expect(await shifts(page)).toEqual([]);
  expect(polls, 'one prediction, one poll at a time').toBeLessThan(4);
  const links = below.locator('.card-link').or(home.cards.locator('.card-link'));
  const films = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  expect(new Set(films).size, 'no film stands twice').toBe(films.length);
  await expect(row(page, 'recent').locator('li.card')).toHaveCount(4);
});

test('without script all predicted rows are on the plain page', async ({ browser, home, marquee, page }) => {
  await page.goto('/');
  await home.isFilled();
  const stored = page.waitForResponse(/\/fn\/rate/);
  await home.rate(home.cards.first(), 5);
  await stored;
  const plain = await browser.newContext({
    baseURL: marquee.url,
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
  });
  const other = await plain.newPage();
  await other.goto('/');
  await expect(row(other, 'popular')).toBeVisible();
  await expect(other.locator('.card-waiting').filter({ visible: true }), 'no place waits for ever').toHaveCount(0);
  await other.goto('/for-you');
  await expect(other.getByRole('heading', { name: /^Because you liked / })).toBeVisible();
  await plain.close();
});

test('a row that is moved keeps the focus on the button that moved it, until that leads nowhere', async ({ page }) => {
  await page.goto('/rows');
  const label = await page
    .locator('.arrangement li')
    .nth(2)
    .getByRole('button', { name: /^Up/ })
    .getAttribute('aria-label');
  const up = page.getByRole('button', { name: label ?? '', exact: true });
  await up.press('Enter');
  await expect(
    page
      .locator('.arrangement li')
      .nth(1)
      .getByRole('button', { name: label ?? '', exact: true }),
  ).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.arrangement li').first().getByRole('button', { name: /^Down/ })).toBeFocused();
});

test('rows are moved, hidden and shown again, with plain forms, and stay so', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const order = () =>
    page
      .locator('main section.row')
      .evaluateAll((rows) => rows.map((section) => section.getAttribute('aria-labelledby')));
  expect(await order()).toEqual(['for-you', 'popular', 'top-rated']);
  await page.goto('/rows');
  const down = page.getByRole('button', { name: 'Down: Popular' });
  for (let place = 0; place < 6; place += 1) await down.click();
  await page.goto('/');
  expect(await order()).toEqual(['for-you', 'top-rated', 'popular']);
  await page.goto('/rows');
  await page.getByRole('button', { name: 'Hide: Top rated' }).click();
  await page.goto('/');
  expect(await order()).toEqual(['for-you', 'popular']);
  await page.goto('/rows');
  await page.getByRole('button', { name: 'Show: Top rated' }).click();
  await page.goto('/');
  expect(await order()).toEqual(['for-you', 'top-rated', 'popular']);
});

test('tuning re-ranks at once, by keyboard too, and is remembered', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const before = await home.titles();
  await page.getByText('Tune', { exact: true }).click();
  const slider = page.getByRole('slider', { name: 'From well known to obscure' });
  await slider.press('End');
  await home.isFilled();
  await expect.poll(() => home.titles()).not.toEqual(before);
  const after = await home.titles();
  await slider.press('Escape');
  await expect(slider).toBeHidden();
  await page.reload();
  await home.isFilled();
  expect(await home.titles()).toEqual(after);
});

test.describe('360 px wide', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('a row is as high however long the title is that it is named after', async ({ home, page }) => {
    await page.goto('/?profile=1');
    await home.isFilled();
    const because = row(page, 'because');
    const before = await because.boundingBox();
    await because.getByRole('heading').evaluate((heading) => {
      heading.textContent = 'Because you liked Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb';
    });
    expect(await because.boundingBox()).toEqual(before);
  });
});
