import { defineConfig } from '@playwright/test';
import tests from './playwright.config.ts';

export default defineConfig({
  ...tests,
  testDir: './measure',
  testMatch: '*.measure.ts',
  workers: 1,
  use: { ...tests.use, actionTimeout: 15_000 },
});
