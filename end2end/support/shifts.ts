// What moved on a page without the visitor's doing, as the browser itself measures it.

import type { Page } from '@playwright/test';

export interface Shift {
  value: number;
  moved: string[];
}

/** As the browser reports it; TypeScript does not know it yet. */
interface LayoutShift extends PerformanceEntry {
  value: number;
  sources: { node?: Node; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

/** Starts the measurement, on every page opened from now on. */
export async function watchShifts(page: Page) {
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    Object.assign(window, { layoutShifts: shifts });
    const at = ({ left, top, width, height }: DOMRectReadOnly) => `${left},${top} ${width}x${height}`;
    const name = (node?: Node | null) => (node instanceof Element ? `${node.tagName}.${node.className}` : 'text');
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        const moved = entry.sources.map(
          ({ node, previousRect, currentRect }) => `${name(node)} from ${at(previousRect)} to ${at(currentRect)}`,
        );
        shifts.push({ value: entry.value, moved });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** All shifts so far; also those within half a second of a click, which browsers leave out of their score. */
export async function shifts(page: Page): Promise<Shift[]> {
  // Two frames later whatever was painted has been measured.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.evaluate(() => (window as unknown as { layoutShifts: Shift[] }).layoutShifts);
}
