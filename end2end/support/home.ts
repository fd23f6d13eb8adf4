// The home page as a visitor sees it, by what is on it and not by how it is made.

import { expect, type Locator, type Page } from '@playwright/test';

/** How many places "For you" keeps. */
export const FOR_YOU_FILMS = 20;

export interface Box {
  what: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

export class Home {
  readonly forYou: Locator;
  readonly track: Locator;
  readonly waiting: Locator;
  readonly cards: Locator;
  readonly status: Locator;
  readonly failure: Locator;
  readonly retry: Locator;
  readonly popular: Locator;
  readonly welcome: Locator;
  readonly bulbs: Locator;

  constructor(readonly page: Page) {
    this.forYou = row(page, 'for-you');
    this.track = this.forYou.locator('ul.row-track');
    this.cards = this.track.locator('li.card:not(.card-waiting)');
    this.waiting = this.track.locator('li.card-waiting');
    this.status = this.forYou.locator('.status');
    this.failure = this.forYou.locator('.failure');
    this.retry = this.failure.getByRole('button', { name: 'Retry' });
    this.popular = row(page, 'popular');
    this.welcome = page.locator('section.welcome');
    this.bulbs = this.welcome.locator('.bulbs i.lit');
  }

  /** The row has its films; only a page whose script runs gets there. */
  async isFilled() {
    await expect(this.track).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 });
    await expect(this.cards).toHaveCount(FOR_YOU_FILMS);
    await expect(this.waiting).toHaveCount(0);
  }

  async isWaiting() {
    await expect(this.track).toHaveAttribute('aria-busy', 'true');
    await expect(this.waiting).toHaveCount(FOR_YOU_FILMS);
  }

  async hasFailed() {
    await expect(this.failure).toBeVisible({ timeout: 30_000 });
    await expect(this.waiting).toHaveCount(FOR_YOU_FILMS);
  }

  /** The films of "For you", in order; also those that are not laid out, being beyond the window's edge. */
  titles(): Promise<string[]> {
    return this.cards.locator('.card-title').allTextContents();
  }

  /** Clicks the right half of the nth star of a card, as a mouse does. */
  async rate(card: Locator, stars: number) {
    await card.hover();
    const rate = card.locator('.rate');
    const box = await rate.boundingBox();
    if (!box) throw new Error('the card has no stars to click');
    await rate.click({ position: { x: ((stars - 0.25) / 5) * box.width, y: box.height / 2 } });
  }

  /** Every box that a visitor could see move, in page coordinates. */
  boxes(): Promise<Box[]> {
    return this.page.evaluate(() => {
      // The top bar stays in view: only from the top are its coordinates the page's.
      scrollTo(0, 0);
      const parts =
        'header, main, footer, section, .row-head, .status, .row-track, li.card, .poster, .card-title, .card-facts, .card-reason';
      const boxes = [...document.querySelectorAll(parts)].map((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        const name = element.className.toString().replace(/ ?card-(waiting|arrived)/g, '');
        return { what: `${element.tagName} ${name}`, left, top, width, height };
      });
      // A row keeps places for as many films as it may have; those beyond the window's edge may stay without one.
      return boxes.filter(({ left }) => left < innerWidth);
    });
  }
}

/** The row whose heading has this id. */
export function row(page: Page, heading: string): Locator {
  return page.locator(`section.row[aria-labelledby="${heading}"]`);
}

/** The card with this title in a row. */
export function card(inside: Locator, title: string): Locator {
  const exactly = new RegExp(`^\\s*${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
  return inside.locator('li.card').filter({ has: inside.page().locator('.card-title', { hasText: exactly }) });
}
