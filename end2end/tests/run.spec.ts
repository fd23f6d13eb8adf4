// `make run`: from data to a page that fills, by the script itself.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { root, source } from '../support/data.ts';
import { Home } from '../support/home.ts';

test('one command imports, trains and serves a page that fills', async ({ page }, testInfo) => {
  // It trains a model, beside another test on the same two cores.
  test.setTimeout(180_000);
  const folder = await mkdtemp(path.join(tmpdir(), 'marquee run '));
  const data = path.join(folder, 'data');
  const marquee = spawn('make', ['run', `ARGS=--addr 127.0.0.1:0`], {
    cwd: root,
    env: { ...process.env, MARQUEE_DATA_DIR: data, MARQUEE_DATASET: source },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that the signal reaches the server as Ctrl-C does.
    detached: true,
  });
  const exited = once(marquee, 'exit');
  let log = '';
  for (const stream of [marquee.stdout, marquee.stderr]) {
    stream.on('data', (text: Buffer) => (log += text.toString()));
  }
  try {
    const url = () => /^Marquee is on (\S+)$/m.exec(log)?.[1] ?? '';
    await expect.poll(() => url() || marquee.exitCode, { timeout: 150_000 }).toMatch(/^http/);
    const home = new Home(page);
    await page.goto(url());
    await home.isFilled();
  } finally {
    if (marquee.pid) process.kill(-marquee.pid, 'SIGINT');
    await exited;
    if (testInfo.status !== testInfo.expectedStatus) await testInfo.attach('log', { body: log });
    await rm(folder, { recursive: true, force: true });
  }
  expect(log, 'it says where it will be').toContain('Starting on http://127.0.0.1:0');
});
