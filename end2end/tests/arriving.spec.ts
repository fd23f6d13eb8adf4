// Pages that arrive bit by bit: the parser paints what it has, wherever the bits end, and nothing may move as the rest comes.

import type { Page } from '@playwright/test';

import { shifts } from '../support/shifts.ts';
import { trickling } from '../support/trickle.ts';
import { expect, test } from '../support/test.ts';

const WIDTHS = [1440, 800, 360];
const PAGES = {
  'the home page': '/?profile=1',
  'a filtered home page': '/?genre=Western&decade=1920&profile=1',
  'the page that needs no script': '/for-you?profile=1',
  'what a search found': '/search?q=love&profile=1',
  'a film': '/movie/1?profile=1',
  'the page of an import': '/import',
  'the page where rows are arranged': '/rows',
  'the page of the workers': '/workers',
  'a page that there is not': '/nowhere',
};

// Of the page that there is not.
test.use({ expectedComplaints: /404/ });

/** What takes its place and is not shown, though the page is whole. */
function unseen(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('main > *, main > * > *, .row-head, .aside, .chips, .filters, .verdict, .film-tools')]
      .filter((element) => getComputedStyle(element).visibility === 'hidden')
      .map((element) => `${element.tagName} ${element.className}`),
  );
}

for (const [name, address] of Object.entries(PAGES)) {
  test(`${name} shifts nothing while it arrives bit by bit`, async ({ marquee, page }) => {
    const line = await trickling(marquee.url);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(line.url + address);
      await expect(page.locator('footer')).toBeVisible();
      expect(await shifts(page), `${width} px wide`).toEqual([]);
      expect(await unseen(page), `${width} px wide, what is held back until it is whole`).toEqual([]);
    }
    line.server.close();
  });
}
