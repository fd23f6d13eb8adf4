// A real `marquee serve` on a free port, with a data directory of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataDir, marqueeBinary } from './data.ts';

export interface ServerSettings {
  /** Options of `marquee serve`, over what all tests share. */
  options: string[];
  /** Without data the server starts too, and its page says how to import. */
  withData: boolean;
}

export class Server {
  /** Where it is, once it has said so. */
  url = '';
  readonly #process: ChildProcess;
  readonly #folder: string;
  #log = '';

  private constructor(folder: string, options: string[]) {
    this.#folder = folder;
    const args = ['serve', '--addr', '127.0.0.1:0', '--data-dir', folder, '--workers', '1', '--drain', '2s'];
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MARQUEE_'));
    this.#process = spawn(marqueeBinary, overridden(args, options), {
      env: Object.fromEntries(inherited),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (text: Buffer) => (this.#log += text.toString()));
    }
  }

  static async start({ options, withData }: ServerSettings): Promise<Server> {
    const folder = await mkdtemp(path.join(tmpdir(), 'marquee-'));
    const files = withData ? ['catalogue.db', 'model.safetensors'] : [];
    await Promise.all(files.map((file) => copyFile(path.join(dataDir, file), path.join(folder, file))));
    const server = new Server(folder, options);
    await server.#answers(withData ? '/readyz' : '/healthz');
    return server;
  }

  /** What it has logged so far. */
  get log(): string {
    return this.#log;
  }

  /** Asks it to end, as a service manager does, and says with which exit code it did. */
  async stop(): Promise<number | null> {
    if (this.#isRunning()) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const late = setTimeout(() => this.#process.kill('SIGKILL'), 15_000);
      await exited;
      clearTimeout(late);
    }
    await rm(this.#folder, { recursive: true, force: true });
    return this.#process.exitCode;
  }

  #isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async #answers(health: string) {
    for (let tries = 0; tries < 400 && this.#isRunning(); tries += 1) {
      this.url = /^Marquee is on (\S+)$/m.exec(this.#log)?.[1] ?? '';
      const response = this.url ? await fetch(this.url + health).catch(() => null) : null;
      if (response?.ok) return;
      await sleep(25);
    }
    this.#process.kill('SIGKILL');
    throw new Error(`the server does not answer ${health}:\n${this.#log}`);
  }
}

/** `args` without those options that `options` has too, and then `options`. */
function overridden(args: string[], options: string[]): string[] {
  const [command = '', ...pairs] = args;
  const kept = pairs.filter((_, i) => !options.includes(pairs[i - (i % 2)] ?? ''));
  return [command, ...kept, ...options];
}
