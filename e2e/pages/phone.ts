import { setTimeout as sleep } from 'node:timers/promises';
import { expect, type Page } from '@playwright/test';

export const PHONE = { width: 390, height: 844 } as const;
/** What a page reads after its heading is there by then. */
const settledMs = 700;

/**
 * Opens each address at a phone's width and fails when one of them can be scrolled sideways. The console's own fonts are kept
 * away: what a browser shows until they arrive is wider, and must fit as well.
 */
export async function expectFitsPhone(page: Page, addresses: readonly string[]): Promise<void> {
  const before = page.viewportSize();
  const fonts = '**/*.woff2';
  await page.setViewportSize(PHONE);
  await page.route(fonts, (route) => route.abort());
  const tooWide: [address: string, width: number][] = [];
  for (const address of addresses) {
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await sleep(settledMs);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > PHONE.width) tooWide.push([address, width]);
  }
  await page.unroute(fonts);
  if (before) await page.setViewportSize(before);
  expect(tooWide).toEqual([]);
}
