// Bringing ratings from elsewhere, and taking them away.

import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { bring, file, type Film } from '../support/export.ts';
import { expect, test } from '../support/test.ts';
import { zip } from '../support/zip.ts';

/** Drops files on the middle of something, as a hand does: for the browser it is no different from real ones. */
async function drop(page: Page, on: Locator, ...files: string[]) {
  const at = await middle(on);
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  }
  await session.detach();
}

async function middle(of: Locator): Promise<{ x: number; y: number }> {
  const box = await of.boundingBox();
  if (!box) throw new Error('there is nothing to drop a file on');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Until the page's script runs a file is taken on the field only. */
async function takesFiles(panel: Locator) {
  const isTaken = () =>
    panel.evaluate((on) => !on.dispatchEvent(new DragEvent('dragover', { bubbles: true, cancelable: true })));
  await expect.poll(isTaken).toBe(true);
  await panel.evaluate((on) => on.dispatchEvent(new DragEvent('dragleave', { bubbles: true })));
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('a file of ratings is brought, summed up, and changes nothing the second time', async ({ page }) => {
      const { films, csv } = await file(page);
      await bring(page, csv);
      await expect(page.getByRole('heading', { name: 'Your Letterboxd file is in' })).toBeVisible();
      await expect(page.locator('.tally')).toContainText(`new ratings${films.length}`);
      await page.getByRole('link', { name: 'Search for A Film That Nobody Made' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('“A Film That Nobody Made”');

      await bring(page, csv);
      await expect(page.getByRole('heading', { name: 'Nothing new in this Letterboxd file' })).toBeVisible();
      await page.goto('/films/rated');
      await expect(page.getByText(`${films.length} films, the last rated first`)).toBeVisible();
    });

    test('a summary can be loaded again and come back to, and the file is sent once', async ({ page }) => {
      const { films, csv } = await file(page);
      let sent = 0;
      page.on('request', (request) => (sent += Number(request.method() === 'POST')));
      await bring(page, csv);
      const heading = page.getByRole('heading', { name: 'Your Letterboxd file is in' });
      await expect(heading).toBeVisible();
      await expect(page).toHaveURL(/\/import\?done=[0-9a-f]+$/);
      await page.reload();
      await expect(heading).toBeVisible();
      await page.getByRole('link', { name: 'Search for A Film That Nobody Made' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('“A Film That Nobody Made”');
      // As when the film was found by hand.
      await page.request.put(`/api/ratings/${films[0]?.id}`, { data: { stars: 2 } });
      await page.goBack();
      await expect(heading).toBeVisible();
      await expect(page.locator('.tally')).toContainText(`new ratings${films.length}`);
      await page.goBack();
      await expect(page).toHaveURL(/\/import$/);
      await expect(heading).toHaveCount(0);
      expect(sent).toBe(1);
      const form = page.locator('form', { hasText: 'The films that you have' });
      const buffer = Buffer.from('title,year\nA Film Of Mine,1999\n');
      await form.locator('input[type=file]').setInputFiles({ name: 'mine.csv', mimeType: 'text/csv', buffer });
      await form.getByRole('button', { name: 'Keep this library' }).click();
      await expect(page.locator('.tally')).toContainText('not rated by anyone here1');
      await page.reload();
      await expect(page.locator('.tally')).toContainText('not rated by anyone here1');
      expect(sent).toBe(2);
    });

    test.describe('a summary that is gone', () => {
      test.use({ expectedComplaints: /410/ });

      test('is told as gone, above the form', async ({ page }) => {
        await page.goto(`/import?done=${'0'.repeat(32)}`);
        await expect(page.getByRole('status')).toContainText('This summary is not here any more');
        await expect(page.getByRole('button', { name: 'Bring them in' })).toBeVisible();
      });
    });

    test('a file that is dropped on the field is brought', async ({ page }, testInfo) => {
      const { films, csv } = await file(page);
      const dropped = testInfo.outputPath('ratings.csv');
      await writeFile(dropped, csv);
      await page.goto('/import');
      await drop(page, page.getByLabel('Ratings, watched films, watchlist'), dropped);
      await expect(page.getByLabel('Ratings, watched films, watchlist')).toHaveValue(/ratings\.csv$/);
      await expect(page, 'the page is still there').toHaveURL(/\/import$/);
      await page.getByRole('button', { name: 'Bring them in' }).click();
      await expect(page.getByRole('heading', { name: 'Your Letterboxd file is in' })).toBeVisible();
      await expect(page.locator('.tally')).toContainText(`new ratings${films.length}`);
    });

    test.describe('a wrong file', () => {
      test.use({ expectedComplaints: /422/ });

      test('is refused in words', async ({ page }) => {
        await bring(page, '<html>not an export</html>');
        await expect(page.getByRole('alert')).toContainText('Nothing was changed');
        await expect(page.getByRole('alert')).toContainText('This is a web page');
      });
    });
  });
}

test('a file that is dropped beside the field is brought as well', async ({ page }, testInfo) => {
  const { films, csv } = await file(page);
  const dropped = testInfo.outputPath('ratings.csv');
  await writeFile(dropped, csv);
  await page.goto('/import');
  const heading = page.getByRole('heading', { name: 'Ratings, watched films, watchlist' });
  await takesFiles(heading);
  await drop(page, heading, dropped);
  await expect(page, 'the page is still there').toHaveURL(/\/import$/);
  await expect(page.getByLabel('Ratings, watched films, watchlist')).toHaveValue(/ratings\.csv$/);
  await expect(page.getByLabel('Ratings, watched films, watchlist')).toBeFocused();
  await page.getByRole('button', { name: 'Bring them in' }).click();
  await expect(page.locator('.tally')).toContainText(`new ratings${films.length}`);
});

test('a panel is lit for as long as a file is held over any part of it', async ({ page }, testInfo) => {
  const held = testInfo.outputPath('ratings.csv');
  await writeFile(held, 'Name,Year\n');
  await page.goto('/import');
  const heading = page.getByRole('heading', { name: 'Ratings, watched films, watchlist' });
  const panel = page.locator('.drop-target', { has: heading });
  await takesFiles(heading);
  await expect(panel).not.toHaveClass(/drop-over/);
  // Whether the light ever went out, which is for no longer than it takes to go from one part to the next.
  await panel.evaluate((element) => {
    new MutationObserver(() => {
      if (!element.classList.contains('drop-over')) element.setAttribute('data-was-out', '');
    }).observe(element, { attributeFilter: ['class'] });
  });
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [held], dragOperationsMask: 1 };
  const parts = [heading, panel.locator('p').first(), page.getByLabel('Ratings, watched films, watchlist'), heading];
  const [first = { x: 0, y: 0 }, ...others] = await Promise.all(parts.map(middle));
  await session.send('Input.dispatchDragEvent', { type: 'dragEnter', ...first, data });
  for (const at of [first, ...others]) await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...at, data });
  await expect(panel).toHaveClass(/drop-over/);
  await expect(panel).not.toHaveAttribute('data-was-out');

  const beside = await middle(page.getByRole('heading', { level: 1 }));
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...beside, data });
  await expect(panel).not.toHaveClass(/drop-over/);
  await session.send('Input.dispatchDragEvent', { type: 'dragCancel', ...beside, data });
  await session.detach();
});

test('of two files that are dropped at once none is taken, and the page says what to do', async ({
  page,
}, testInfo) => {
  const files = ['ratings.csv', 'watchlist.csv'].map((name) => testInfo.outputPath(name));
  for (const name of files) await writeFile(name, 'Name,Year\n');
  await page.goto('/import');
  const heading = page.getByRole('heading', { name: 'Ratings, watched films, watchlist' });
  const field = page.getByLabel('Ratings, watched films, watchlist');
  await takesFiles(heading);
  for (const on of [heading, field]) {
    await drop(page, on, ...files);
    await expect(page.getByRole('alert')).toContainText('One file at a time');
    await expect(field).toHaveValue('');
    await drop(page, on, ...files.slice(0, 1));
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(field).toHaveValue(/ratings\.csv$/);
    await field.evaluate((input: HTMLInputElement) => (input.value = ''));
  }
});

test('a file that is dropped beside the panels does not take the place of the page', async ({ page }, testInfo) => {
  const dropped = testInfo.outputPath('ratings.csv');
  await writeFile(dropped, 'Name,Year\n');
  await page.goto('/import');
  const heading = page.getByRole('heading', { level: 1 });
  await drop(page, heading, dropped);
  await drop(page, page.getByRole('banner'), dropped);
  await expect(page).toHaveURL(/\/import$/);
  await expect(heading).toHaveText('Bring your ratings');

  /** Whether the page keeps what is dragged from the browser, which would do with it what it likes. */
  const isKept = (on: Locator, file: boolean) =>
    on.evaluate((element, file) => {
      const dataTransfer = new DataTransfer();
      if (file) dataTransfer.items.add(new File([''], 'ratings.csv'));
      else dataTransfer.setData('text/plain', 'Heat');
      const kind = { bubbles: true, cancelable: true, dataTransfer };
      return (
        !element.dispatchEvent(new DragEvent('dragover', kind)) && !element.dispatchEvent(new DragEvent('drop', kind))
      );
    }, file);
  expect(await isKept(heading, true)).toBe(true);
  expect(await isKept(page.getByRole('combobox', { name: 'Search films' }), false), 'text is dropped as ever').toBe(
    false,
  );
});

test('Letterboxd’s zip is brought as it comes: ratings, watched films, watchlist', async ({ page }) => {
  const { films } = await file(page);
  const [rated, watched, wanted] = [films.slice(0, 6), films.slice(6, 9), films.slice(9, 11)];
  // As Letterboxd writes them: quotes only where they must be, and who rated a film has watched it.
  const quoted = (title: string) => (/[",]/.test(title) ? `"${title.replaceAll('"', '""')}"` : title);
  const row = ({ title, year }: Film, at: number) =>
    `2024-01-0${(at % 9) + 1},${quoted(title)},${year},https://boxd.it/2a`;
  const list = (of: Film[]) => ['Date,Name,Year,Letterboxd URI', ...of.map(row), ''].join('\r\n');
  const stars = ['5', '4.5', '4', '3.5', '1', '0.5'];
  const ratings = rated.map((film, at) => `${row(film, at)},${stars[at]}`);
  const buffer = zip({
    'comments.csv': 'Date,Content,Comment\r\n',
    'deleted/ratings.csv': `Date,Name,Year,Letterboxd URI,Rating\r\n${wanted.map(row).join(',5\r\n')},5\r\n`,
    'likes/films.csv': list(rated),
    'profile.csv': 'Date Joined,Username\r\n2020-01-01,me\r\n',
    'ratings.csv': ['Date,Name,Year,Letterboxd URI,Rating', ...ratings, ''].join('\r\n'),
    'watched.csv': list([...rated, ...watched]),
    'watchlist.csv': list(wanted),
  });
  await page.goto('/import');
  await page
    .getByLabel('Ratings, watched films, watchlist')
    .setInputFiles({ name: 'letterboxd-me-2024-01-09-10-11-utc.zip', mimeType: 'application/zip', buffer });
  await page.getByRole('button', { name: 'Bring them in' }).click();
  await expect(page.getByRole('heading', { name: 'Your Letterboxd file is in' })).toBeVisible();
  const tally = page.locator('.tally');
  await expect(tally).toHaveText('new ratings6new on your watchlist2marked as seen3');

  const titles = (of: Film[]) => of.map(({ title }) => title).sort();
  for (const [where, of] of [
    ['rated', rated],
    ['seen', watched],
    ['watchlist', wanted],
  ] as const) {
    await page.goto(`/films/${where}`);
    await expect(page.locator('li.card')).toHaveCount(of.length);
    expect((await page.locator('li.card .card-title').allTextContents()).sort()).toEqual(titles(of));
  }
  await page.goto(`/movie/${rated[1]?.id}`);
  await expect(page.getByRole('slider', { name: /^Rate / })).toHaveValue('4.5');
});

test('what there is one of is called one', async ({ page }) => {
  const { films } = await file(page);
  await bring(page, `Date,Name,Year,Letterboxd URI,Rating\n2024-01-02,"${films[0]?.title}",${films[0]?.year},,4\n`);
  await expect(page.locator('.tally')).toHaveText('new rating1');
});

test('what was brought is taken away as a file, and forgotten on demand', async ({ page }) => {
  const { films, csv } = await file(page);
  await bring(page, csv);
  await page.goto('/you');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Everything, as JSON' }).click();
  expect((await download).suggestedFilename()).toBe('marquee.json');
  await expect(page.getByRole('link', { name: `Rated ${films.length} films` })).toBeVisible();
  await page.getByLabel('All ratings and lists of this profile are deleted').check();
  await page.getByRole('button', { name: 'Forget me' }).click();
  await expect(page.getByRole('status')).toContainText('is deleted');
  await expect(page.getByRole('link', { name: 'Rated 0 films' })).toBeVisible();
});

test('a list of films that one has narrows rows and search, and what is not known here is shown as such', async ({
  home,
  page,
}) => {
  const { films } = await file(page);
  const mine = films.slice(0, 8);
  const rows = mine.map(({ title, year }) => `"${title}",${year}`);
  rows.push('A Film That Nobody Made,1999');
  await page.goto('/import');
  const form = page.locator('form', { hasText: 'The films that you have' });
  await form.locator('input[type=file]').setInputFiles({
    name: 'films.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`title,year\n${rows.join('\n')}\n`),
  });
  await form.getByRole('button', { name: 'Keep this library' }).click();
  await expect(page.locator('.tally')).toContainText(`new in your library${mine.length}`);
  await expect(page.locator('.tally')).toContainText('not rated by anyone here1');

  await page.goto('/');
  await page.getByText('Filter', { exact: true }).click();
  await page.getByLabel('Only what I have').check();
  await page.getByRole('form', { name: 'Filter the rows' }).getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(/library=true/);
  await expect(home.track).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 });
  const titles = mine.map(({ title }) => title);
  const shown = page.locator('main .row .card-title');
  expect(await shown.count()).toBeGreaterThan(0);
  for (const title of await shown.allTextContents()) expect(titles).toContain(title);

  await page.goto('/search?library=true');
  await expect(page.locator('.results .card')).toHaveCount(mine.length);
  await page.goto('/films/library');
  await expect(page.getByRole('region', { name: 'Not rated by anyone here' })).toContainText('A Film That Nobody Made');
});

test('axe finds nothing on these pages, and nothing is wider than the window', async ({ page }) => {
  // Twenty audits.
  test.slow();
  const { csv } = await file(page);
  await bring(page, csv);
  await expect(page.getByRole('heading', { name: 'Your Letterboxd file is in' })).toBeVisible();
  for (const path of ['', '/you', '/films/rated', '/films/watchlist', '/import']) {
    if (path) await page.goto(path);
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [path, id, nodes.map(({ html }) => html)])).toEqual([]);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wider, path).toBeLessThanOrEqual(0);
        const cut = await page
          .locator('.table-wrap')
          .evaluateAll((all) => all.filter((a) => a.scrollWidth > a.clientWidth));
        expect(cut, 'no word of a table is out of sight').toEqual([]);
      }
    }
  }
});
