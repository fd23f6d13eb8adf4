// The films that every test's server starts from: made once, before the first test, by the binary that is tested.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
export const marqueeBinary = path.join(root, 'target/release/marquee');
export const dataDir = path.join(root, 'target/end2end/data');

/** A MovieLens-shaped folder. */
export const source = path.join(root, 'target/end2end/ml-synth');

/** Numbers of films that somebody rated. */
export function someFilms(): number[] {
  const [, ...ratings] = readFileSync(path.join(source, 'ratings.csv'), 'utf8').split('\n', 200);
  return [...new Set(ratings.map((line) => Number(line.split(',')[1])))];
}

export default function makeData() {
  if (!existsSync(marqueeBinary)) throw new Error('target/release/marquee is not there: `make build` makes it');
  rmSync(path.dirname(dataDir), { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  marquee('synth', source, '--users', '400', '--films', '600', '--ratings', '40000', '--seed', '1');
  marquee('import', source);
  marquee('train');
}

function marquee(...args: string[]) {
  execFileSync(marqueeBinary, args, { env: { ...process.env, MARQUEE_DATA_DIR: dataDir }, stdio: 'pipe' });
}
