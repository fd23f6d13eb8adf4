// A line on which pages come bit by bit, as on a bad connection: between the bits the browser paints what it has.

import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const BITE = 2_000;
const PAUSE_MS = 25;

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

/** Every so many bytes, and where a line is begun that what follows shares: behind each element of the top bar, behind what
 * stands in a list of lines with buttons, and behind each bulb. */
async function inBites(page: Buffer, send: (bite: Buffer) => void) {
  let start = 0;
  for (const end of [...cuts(page), page.length]) {
    send(page.subarray(start, end));
    start = end;
    await sleep(PAUSE_MS);
  }
}

function cuts(page: Buffer): number[] {
  const text = page.toString('latin1'); // a byte a character, so that positions are those of the bytes
  const behind = (tags: RegExp, open: string, close: string) => {
    const from = text.indexOf(open);
    const part = from < 0 ? '' : text.slice(from, text.indexOf(close, from));
    return [...part.matchAll(tags)].map(({ index, 0: tag }) => from + index + tag.length);
  };
  const ends = [
    ...behind(/<\/(a|button|form|nav|summary)>/g, '<header', '</header>'),
    ...behind(/<\/(form|span)>/g, '<ol class="arrangement"', '</ol>'),
    ...behind(/<\/i>/g, '<p class="bulbs"', '</p>'),
  ];
  const bites = Array.from({ length: Math.floor(page.length / BITE) }, (_, bite) => (bite + 1) * BITE);
  return [...bites, ...ends].sort((a, b) => a - b);
}
