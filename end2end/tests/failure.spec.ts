// What goes wrong is said plainly, where the films would be, and can be tried again.

import { finished, occupyWorker, schedule } from '../support/api.ts';
import { someFilms } from '../support/data.ts';
import { hold } from '../support/hold.ts';
import { shifts } from '../support/shifts.ts';
import { expect, test } from '../support/test.ts';

test.describe('with a worker that is busy for longer than a prediction may wait', () => {
  test.use({ options: ['--model-delay', '8s', '--deadline', '3s'] });

  test('a failure is said where the films would be, and Retry brings them', async ({ home, marquee, page }) => {
    const [film = 1] = someFilms();
    const other = await occupyWorker(marquee.url, [film]);
    const letItFail = await hold(page, /\/fn\/poll/);
    await page.goto('/?profile=1');
    await home.isWaiting();
    const before = await home.boxes();
    letItFail();
    await home.hasFailed();
    await expect(home.forYou.getByRole('alert')).toBeVisible();
    await expect(home.status).not.toContainText('Choosing');
    expect(await home.boxes(), 'the failure moves nothing').toEqual(before);
    await expect(home.popular.locator('li.card').first(), 'the rest of the page is there').toBeVisible();

    await finished(marquee.url, other);
    await home.retry.click();
    await home.isWaiting();
    await expect(home.failure).toBeHidden();
    await home.isFilled();
    expect(await home.boxes()).toEqual(before);
    expect(await shifts(page)).toEqual([]);
  });
});

test.describe('with a queue of one place', () => {
  test.use({ options: ['--model-delay', '4s', '--queue-capacity', '1'] });

  test('a full queue is said, and the row fills by itself when there is a place again', async ({
    home,
    marquee,
    page,
  }) => {
    const films = someFilms();
    await occupyWorker(marquee.url, films.slice(0, 1));
    for (let n = 2; (await schedule(marquee.url, films.slice(0, n))).status === 202; n += 1) {
      expect(n, 'the queue is bounded').toBeLessThan(10);
    }

    const letItAskAgain = await hold(page, /\/fn\/schedule/);
    await page.goto('/?profile=1');
    await expect(
      home.forYou.locator('[data-prediction]').or(home.forYou.and(page.locator('[data-prediction]'))),
    ).toHaveCount(0);
    await expect(home.waiting).toHaveCount(20);
    await expect(home.status).toContainText(/busy|full|many/i);
    const before = await home.boxes();
    letItAskAgain();
    await home.isFilled();
    expect(await home.boxes()).toEqual(before);
  });
});

test.describe('without data', () => {
  test.use({ withData: false });

  test('the page says which commands bring the films', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByText('marquee import')).toBeVisible();
  });
});

test('where the browser is told to keep nothing, the page fills in all the same', async ({ home, page }) => {
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, { get: refuse });
  });
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.goto('/?profile=1');
  await home.isFilled();
  await page.goto('/rows');
  await page
    .getByRole('button', { name: /^Down: / })
    .first()
    .click();
  await expect(page).toHaveURL(/\/rows/);
  await page.goto('/?profile=1');
  await home.isFilled();
  expect(errors).toEqual([]);
});
