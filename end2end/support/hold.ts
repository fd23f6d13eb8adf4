// Answers that a page gets when the test has looked, and not before: on a slow machine they would be there by then.

import type { Page } from '@playwright/test';

/** Holds back whatever the page asks for at this address, until what it gives is called. */
export async function hold(page: Page, address: RegExp): Promise<() => void> {
  let letGo = () => {};
  const isLetGo = new Promise<void>((done) => (letGo = done));
  await page.route(address, async (route) => {
    await isLetGo;
    await route.continue();
  });
  return letGo;
}
