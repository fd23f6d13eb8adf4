// What is on a card is made when the card is reached: by mouse, by keyboard, by a finger, and by who reads on.

import { expect, test } from '../support/test.ts';

test('a predicted card has its stars as soon as it is pointed at, and no other has them', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  await expect(home.track.getByRole('slider')).toHaveCount(0);
  await home.cards.nth(1).hover();
  await expect(home.cards.nth(1).getByRole('slider')).toBeVisible();
  await expect(home.track.getByRole('slider')).toHaveCount(1);
});

test('who reads the page aloud finds a button on every card that leads to its stars', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const [title = ''] = await home.titles();
  const button = home.cards.first().getByRole('button', { name: `Rate or hide ${title}` });
  // As a screen reader presses it: without the focus, and wherever the mouse is.
  await button.evaluate((button: HTMLButtonElement) => button.click());
  const slider = home.cards.first().getByRole('slider', { name: `Rate ${title}` });
  await expect(slider).toBeFocused();
  await expect(home.cards.first().locator('.card-actions')).toHaveCSS('opacity', '1');
});

test('the way back through a row leads to what is on its card', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  await home.popular.getByRole('button', { name: 'Forward' }).focus();
  const inFirst = () => home.cards.first().evaluate((card) => card.contains(document.activeElement));
  for (let tabs = 0; tabs < 6 && !(await inFirst()); tabs += 1) await page.keyboard.press('Shift+Tab');
  expect(await inFirst(), 'the focus is on the card').toBe(true);
  await page.keyboard.press('Shift+Tab');
  await expect(home.cards.first().getByRole('button', { name: /^Not interested/ })).toBeFocused();
});

test.describe('on a touch screen', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test('a button on every card opens its stars, and closes them', async ({ home, page }) => {
    await page.goto('/');
    await home.isFilled();
    const [title = ''] = await home.titles();
    const button = home.cards.first().getByRole('button', { name: `Rate or hide ${title}` });
    const actions = home.cards.first().locator('.card-actions');
    await button.scrollIntoViewIfNeeded();
    await expect(button).toBeInViewport({ ratio: 1 });
    await button.tap();
    await expect(button).toHaveAttribute('aria-expanded', 'true');
    await expect(actions).toHaveCSS('opacity', '1');
    await button.tap();
    await expect(button).toHaveAttribute('aria-expanded', 'false');
    await expect(actions).toHaveCSS('opacity', '0');
  });

  test('a tap elsewhere closes what was opened on a card', async ({ home, page }) => {
    await page.goto('/');
    await home.isFilled();
    const opener = (at: number) => home.cards.nth(at).getByRole('button', { name: /^Rate or hide / });
    await opener(0).tap();
    await expect(page.locator('.card-open')).toHaveCount(1);
    await opener(1).tap();
    await expect(opener(1)).toHaveAttribute('aria-expanded', 'true');
    await expect(page.locator('.card-open'), 'one at a time').toHaveCount(1);
    await home.forYou.getByRole('heading').tap();
    await expect(page.locator('.card-open')).toHaveCount(0);
  });
});

test.describe('390 px wide', () => {
  test.use({ viewport: { width: 390, height: 844 }, expectedComplaints: /404/ });

  test('every page leads to the import and to the visitor’s own films', async ({ home, page }) => {
    await page.goto('/');
    await home.isFilled();
    const film = (await home.cards.first().getByRole('link').getAttribute('href')) ?? '';
    const others = ['/you', '/films/rated', '/search', '/rows', '/import', '/for-you', '/workers', '/no-such-page'];
    for (const path of ['/', film, ...others]) {
      await page.goto(path);
      const foot = page.getByRole('contentinfo');
      await expect(foot.getByRole('link', { name: 'Import ratings' }), path).toHaveAttribute('href', '/import');
      await expect(foot.getByRole('link', { name: 'Your films' }), path).toBeVisible();
    }
  });

  test('the home page’s menu leads there without a way down the whole page', async ({ home, page }) => {
    await page.goto('/');
    await home.isFilled();
    await page.locator('.profile summary').click();
    await page.locator('.profile-menu').getByRole('link', { name: 'Your films' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your films');
  });
});

test('the page that one is on is marked in the navigation, and the search says how many films there are', async ({
  page,
}) => {
  const links = page.getByRole('navigation', { name: 'Site' });
  for (const [path, name] of [
    ['/import', 'Import'],
    ['/you', 'Your films'],
  ] as const) {
    await page.goto(path);
    await expect(links.locator('[aria-current="page"]')).toHaveText(name);
  }
  await page.goto('/');
  await expect(links.locator('[aria-current]')).toHaveCount(0);
  await expect(page.getByRole('combobox', { name: 'Search films' })).toHaveAttribute('placeholder', 'Search 600 films');
});
