// A line on which pages come bit by bit, as on a bad connection: between the bits the browser paints what it has.

import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Small enough to end within a sentence and between any two elements, for as much as is seen without scrolling. */
const SMALL = 200;
const SEEN = 24_000;
const LARGE = 8_000;
const PAUSE_MS = 18;

/** Stands before the server at `url`; hands on everything, and HTML in small bites. Gives its own address. */
export async function trickling(url: string): Promise<{ url: string; server: Server }> {
  const { hostname, port } = new URL(url);
  const server = createServer((asked, answer) => {
    // Compressed, a page is so small that it comes in one piece.
    const headers = { ...asked.headers, 'accept-encoding': 'identity' };
    const onward = request({ hostname, port, path: asked.url, method: asked.method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      if (!response.headers['content-type']?.startsWith('text/html')) {
        response.pipe(answer);
        return;
      }
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on(
        'end',
        () => void inBites(Buffer.concat(parts), (bite) => answer.write(bite)).then(() => answer.end()),
      );
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function inBites(page: Buffer, send: (bite: Buffer) => void) {
  const painted = page.indexOf('<header');
  for (let start = 0; start < page.length;) {
    const size = start < painted ? painted - start : start < painted + SEEN ? SMALL : LARGE;
    send(page.subarray(start, start + size));
    start += size;
    await sleep(PAUSE_MS);
  }
}
