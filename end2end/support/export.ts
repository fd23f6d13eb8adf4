// An export of another site's, and how it is brought.

import { expect, type Page } from '@playwright/test';

export type Film = { id: number; title: string; year: number };

/** An export of Letterboxd with some films that are here, and one that is not. */
export async function file(page: Page): Promise<{ films: Film[]; csv: string }> {
  const answer = await page.request.get('/api/search?sort=popular&n=30');
  const found = ((await answer.json()) as { films: Film[] }).films;
  const films = found.filter(({ year }) => year).slice(0, 12);
  const rows = films.map(({ title, year }) => `2024-01-02,"${title}",${year},https://boxd.it/x,4.5`);
  rows.push('2024-01-02,A Film That Nobody Made,1999,https://boxd.it/x,3');
  return { films, csv: `Date,Name,Year,Letterboxd URI,Rating\n${rows.join('\n')}\n` };
}

/** Brings it, and waits for what the page says of it. */
export async function bring(page: Page, csv: string) {
  await page.goto('/import');
  const form = page.locator('form', { hasText: 'Ratings, watched films' });
  await form
    .getByLabel('Ratings, watched films, watchlist')
    .setInputFiles({ name: 'ratings.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await form.getByRole('button', { name: 'Bring them in' }).click();
  await expect(page.locator('.import-ended')).toBeVisible();
}
