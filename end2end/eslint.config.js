import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig([
  globalIgnores(['test-results', 'playwright-report']),
  js.configs.recommended,
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
