import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// What scripts of pages and of service workers may use. Checked from the project's root: see scripts/test.
const inBrowsers =
  'addEventListener caches clients console CSS document Event fetch history HTMLImageElement location MutationObserver navigator performance registration removeEventListener Request Response sessionStorage setTimeout skipWaiting';

export default defineConfig([
  globalIgnores(['test-results', 'playwright-report']),
  js.configs.recommended,
  {
    files: ['app/**/*.js', 'public/*.js'],
    languageOptions: { globals: Object.fromEntries(inBrowsers.split(' ').map((name) => [name, 'readonly'])) },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // A forgotten `await` makes a test that cannot fail.
      '@typescript-eslint/no-floating-promises': 'error',
      // Playwright's fixtures without dependencies are written so.
      'no-empty-pattern': 'off',
    },
  },
]);
