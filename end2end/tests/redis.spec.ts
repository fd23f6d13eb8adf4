// What a visitor sees of a Redis that is away: the page without what it holds, and then, by itself, all of it.

import { Redis } from '../support/redis.ts';
import { Server } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

test.use({ expectedComplaints: /503/ });

test('ratings that cannot be read are not called none, and come back by themselves', async ({ home, page }) => {
  const redis = await Redis.start();
  const server = await Server.start({ options: ['--queue', redis.url], withData: true });
  try {
    await expect.poll(async () => (await (await fetch(`${server.url}/readyz`)).text()).includes('"ready"')).toBe(true);
    await page.goto(server.url);
    await home.isFilled();
    await home.rate(home.cards.first(), 4);
    const count = page.locator('.profile-count');
    await expect(count).toHaveText('1 film rated');
    await home.isFilled();

    await redis.kill();
    await page.goto(server.url);
    await expect(home.status).toContainText('late');
    await expect(count).toHaveText('Ratings out of reach');
    await expect(home.popular.locator('li.card').first(), 'the rest of the page is there').toBeVisible();

    redis.startAgain();
    await home.isFilled();
    await expect(count).toHaveText('1 film rated');
    await expect(page.getByRole('region', { name: 'Recently rated' }).locator('li.card')).toHaveCount(1);
  } finally {
    await server.stop();
    await redis.end();
  }
});
