import { defineConfig } from '@playwright/test';
import { userInfo } from 'node:os';

const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const alone = ['--disable-component-update', '--disable-sync'];
// Chromium refuses its sandbox to root, which is who runs in most containers.
const asRoot = userInfo().uid === 0 ? ['--no-sandbox'] : [];

export default defineConfig({
  testDir: './tests',
  globalSetup: './support/data.ts',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // A test that passes at the second try found something: it is not tried twice.
  retries: 0,
  workers: 2,
  timeout: 60_000,
  globalTimeout: 20 * 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    // CHROMIUM names the system's browser (`scripts/browser` finds it); without it Playwright's own is used.
    launchOptions: { executablePath: process.env.CHROMIUM, args: [...quiet, ...alone, ...asRoot] },
  },
});
