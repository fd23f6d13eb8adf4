// axe finds nothing, in any state of any page, in both themes, wide and narrow.

import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { occupyWorker } from '../support/api.ts';
import { someFilms } from '../support/data.ts';
import { expect, test } from '../support/test.ts';

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [1440, 360];

/** Runs axe on the page as it is, in each theme and width. */
async function axeFindsNothing(page: Page) {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, help, nodes } of violations) {
        found.push(...nodes.map(({ html }) => `${width} px, ${colorScheme}: ${id}: ${help}: ${html}`));
      }
    }
  }
  expect(found).toEqual([]);
}

/** The contrast of two colours, as the Web Content Accessibility Guidelines define it. */
function contrast(...colours: [string, string]): number {
  const [dark = 0, light = 0] = colours.map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Of a colour as browsers write it, `rgb(20, 22, 26)`. */
function luminance(colour: string): number {
  const linear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => linear(Number(part) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// For as long as a test may take: on a slow machine axe takes long.
test.describe('with a model that takes 60 s', () => {
  test.use({ options: ['--model-delay', '60s'] });

  test('axe finds nothing while the row waits', async ({ home, page }) => {
    await page.goto('/');
    await home.isWaiting();
    await axeFindsNothing(page);
    await home.isWaiting();
  });
});

test.describe('with a worker that is busy for longer than a prediction may wait', () => {
  test.use({ options: ['--model-delay', '6s', '--deadline', '1s'] });

  test('axe finds nothing where the row has failed', async ({ home, marquee, page }) => {
    const [film = 1] = someFilms();
    await occupyWorker(marquee.url, [film]);
    await page.goto('/?profile=1');
    await home.hasFailed();
    await axeFindsNothing(page);
    await expect(home.failure).toBeVisible();
  });
});

test('axe finds nothing on a filled page of a new visitor', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  await axeFindsNothing(page);
});

test('axe finds nothing where some rows are filled and others wait', async ({ home, page }) => {
  // The rows are filled one after the other, with a timer of no time between them: here it never rings.
  await page.addInitScript(() => {
    const real = window.setTimeout.bind(window);
    const held = (...[what, time, ...rest]: Parameters<typeof real>) => (time === 0 ? 0 : real(what, time, ...rest));
    Object.assign(window, { setTimeout: held, letTimersRing: () => Object.assign(window, { setTimeout: real }) });
  });
  await page.goto('/?profile=1');
  await home.isFilled();
  await page.evaluate(() => (window as unknown as { letTimersRing(): void }).letTimersRing());
  const others = page.locator('main .card-waiting');
  expect(await others.count()).toBeGreaterThan(0);
  await axeFindsNothing(page);
  expect(await others.count()).toBeGreaterThan(0);
});

test('in forced colours axe finds nothing, and what has the focus, is pressed or rated can be told', async ({
  home,
  page,
}) => {
  // What still fades in has the contrast of what it will be only in the end.
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await page.goto('/');
  await home.isFilled();
  const card = home.popular.locator('li.card').first();
  const button = card.getByRole('button', { name: /on your watchlist$/ });
  await card.getByRole('link').focus();
  await button.focus();
  await expect(button).not.toHaveCSS('outline-style', 'none');
  const look = () => button.evaluate((element) => getComputedStyle(element).backgroundColor);
  const before = await look();
  await button.press('Enter');
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(look).not.toBe(before);
  await home.rate(card, 3);
  const lit = await card.locator('.rate').evaluate((stars) => parseFloat(getComputedStyle(stars, '::after').width));
  const all = await card.locator('.rate').evaluate((stars) => parseFloat(getComputedStyle(stars, '::before').width));
  expect(lit / all).toBeCloseTo(3 / 5);
  await home.isFilled();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});

test('axe finds nothing where a card is in use and the menu is open', async ({ home, page }) => {
  // Every row of the page, four times over.
  test.slow();
  await page.goto('/?profile=1');
  await home.isFilled();
  await page.locator('.profile summary').click();
  await home.cards.first().getByRole('link').focus();
  await home.cards.first().getByRole('slider').focus();
  await axeFindsNothing(page);
});

test('an arrow that leads nowhere is seen in both themes, and told from one that leads on', async ({ home, page }) => {
  await page.goto('/');
  await home.isFilled();
  const back = home.popular.getByRole('button', { name: 'Back' });
  const forward = home.popular.getByRole('button', { name: 'Forward' });
  await expect(back).toHaveAttribute('aria-disabled', 'true');
  await expect(forward).toHaveAttribute('aria-disabled', 'false');
  const style = (of: Locator, name: 'color' | 'backgroundColor') =>
    of.evaluate((element, name) => getComputedStyle(element)[name], name);
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    const ground = await style(page.locator('body'), 'backgroundColor');
    const [nowhere, on] = [await style(back, 'color'), await style(forward, 'color')];
    expect(contrast(nowhere, ground), colorScheme).toBeGreaterThan(3);
    expect(contrast(on, nowhere), colorScheme).toBeGreaterThan(3);
    await expect(back).toHaveCSS('opacity', '1');
  }
});

test('axe finds nothing on the page that waits', async ({ page }) => {
  await page.goto('/for-you');
  await axeFindsNothing(page);
});

test.describe('at an address that is none', () => {
  test.use({ expectedComplaints: /404/ });

  test('axe finds nothing, and there is a way home', async ({ page }) => {
    const response = await page.goto('/no-such-page');
    expect(response?.status()).toBe(404);
    await expect(page.locator('main a[href="/"]')).toBeVisible();
    await axeFindsNothing(page);
  });
});

test.describe('without data', () => {
  test.use({ withData: false });

  test('axe finds nothing on the page that says how to import', async ({ page }) => {
    await page.goto('/');
    await axeFindsNothing(page);
  });
});

test('a theme that was chosen is there from the first paint on', async ({ home, page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/');
  await home.isFilled();
  const toggle = page.locator('.theme-toggle');
  await expect(toggle).toHaveAttribute('aria-pressed', 'false');
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await (await page.request.get('/')).text(), 'the server renders it').toContain('data-theme="dark"');
});
