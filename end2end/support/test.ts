// `test` as all our tests use it: a server of its own, a browser whose complaints fail the test, the home page.

import { test as base, expect, type BrowserContext } from '@playwright/test';
import { Home } from './home.ts';
import { Server, type ServerSettings } from './server.ts';
import { watchShifts } from './shifts.ts';

interface Fixtures extends ServerSettings {
  /** Complaints of the browser that this test provokes on purpose. */
  expectedComplaints: RegExp;
  /** Console errors, uncaught exceptions, violations of the Content-Security-Policy. */
  complaints: string[];
  marquee: Server;
  home: Home;
}

export const test = base.extend<Fixtures>({
  options: [[], { option: true }],
  withData: [true, { option: true }],
  expectedComplaints: [/(?!)/, { option: true }],

  marquee: async ({ options, withData }, use, testInfo) => {
    const server = await Server.start({ options, withData });
    await use(server);
    const exitCode = await server.stop();
    if (testInfo.status !== testInfo.expectedStatus) await testInfo.attach('server log', { body: server.log });
    expect(exitCode, `the server ends in good order on SIGTERM\n${server.log}`).toBe(0);
    expect(server.log, 'nothing panicked').not.toContain('panicked at');
  },

  baseURL: async ({ marquee }, use) => use(marquee.url),

  complaints: async ({ expectedComplaints }, use) => {
    const complaints: string[] = [];
    await use(complaints);
    const unexpected = complaints.filter((text) => !expectedComplaints.test(text));
    expect(unexpected, 'the browser complains about nothing').toEqual([]);
  },

  context: async ({ context, complaints }, use) => {
    listen(context, complaints);
    await use(context);
  },

  page: async ({ page }, use) => {
    await watchShifts(page);
    await use(page);
  },

  home: async ({ page }, use) => use(new Home(page)),
});

/** Writes down what a browser complains about, on all pages of a context. */
export function listen(context: BrowserContext, complaints: string[]) {
  context.on('console', (message) => {
    if (message.type() === 'error' || /Content.Security.Policy|hydrat/i.test(message.text())) {
      complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`));
}

export { expect };
