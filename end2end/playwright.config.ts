import { defineConfig } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import path from 'node:path';

// The system's browser (CHROMIUM=/path names one); where there is none, Playwright's own.
const systems = spawnSync(path.resolve(import.meta.dirname, '../scripts/browser'), { encoding: 'utf8' }).stdout.trim();
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const alone = ['--disable-component-update', '--disable-sync'];
// Chromium refuses its sandbox to root, which is who runs in most containers.
const asRoot = userInfo().uid === 0 ? ['--no-sandbox'] : [];

export default defineConfig({
  testDir: './tests',
  globalSetup: './support/data.ts',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // Where so many fail, one thing is broken, and the rest of them say nothing new.
  maxFailures: 10,
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
    // Only where a test is about it: what it answers, a test cannot see.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: systems || undefined, args: [...quiet, ...alone, ...asRoot] },
  },
});
