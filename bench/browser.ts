import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from '@playwright/test';
import { z } from 'zod';
import { EntryPage } from '../e2e/pages/entry-page.ts';
import playwrightConfig from '../playwright.config.ts';
import { type Benchmark, Figures, type Outcome } from './figure.ts';
import { applyChanges, containerService, findProduct, type Installation, withInstallation } from './installation.ts';
import { lookAround } from './surroundings.ts';

const Version = z.looseObject({ version: z.number() });
const form = 'pks_api';
const property = '.properties.pks_api_hostname';
/** As applied, and as changed: the tile says "No changes" or "1 change". */
const applied = { hostname: 'api.pks.bench.local', word: 'No changes' };
const changed = { hostname: 'other.pks.bench.local', word: '1 change' };
const gapMs = { least: 250, most: 1_000 };
const settleMs = 3_000;
const seenDeadlineMs = 10_000;

/**
 * Two clients: one saves a form of the Container Service by HTTP, turning its host name to and fro; the other is Chromium on the
 * Products page, which hears of it by its event stream, reads again and changes the tile.
 */
export const browser: Benchmark = {
  summary: 'a deed of another client committed until Chromium shows it on the Products page',
  run: ({ runs = 100, calmWithinMs, say }) =>
    withInstallation(async (installation): Promise<Outcome> => {
      await applyChanges(installation);
      const chrome = await chromium.launch(playwrightConfig.use?.launchOptions ?? {});
      try {
        const page = await chrome.newPage({ baseURL: installation.stack.url, viewport: { width: 1440, height: 900 } });
        await openProducts(page, installation);
        const surroundings = await lookAround(calmWithinMs);
        const figures = new Figures();
        const deeds = await prepareDeeds(installation);
        for (let run = 1; run <= runs; run += 1) {
          await sleep(gapMs.least + Math.random() * (gapMs.most - gapMs.least));
          await measureDeed(page, deeds, run % 2 === 1 ? changed : applied, figures);
          if (run % 25 === 0) say(`${run} of ${runs} deeds`);
        }
        return { figures: figures.list(), runs: [surroundings], notes: [] };
      } finally {
        await chrome.close();
      }
    }),
};

async function openProducts(page: Page, { administrator }: Installation): Promise<void> {
  await new EntryPage(page).logIn(administrator.userName, administrator.password);
  await page.getByRole('article', { name: 'Container Service', exact: true }).getByText(applied.word).waitFor();
  await sleep(settleMs);
}

/** A function that saves a host name in one request. */
async function prepareDeeds({ client }: Installation): Promise<(hostname: string) => Promise<void>> {
  const { guid } = await findProduct(client, containerService);
  let { version } = await client.query('products.form', Version, { guid, form });
  return async (hostname) => {
    const values = { [property]: hostname };
    ({ version } = await client.mutate('products.configure', Version, { guid, form, version, values }));
  };
}

async function measureDeed(
  page: Page,
  save: (hostname: string) => Promise<void>,
  to: { hostname: string; word: string },
  figures: Figures,
): Promise<void> {
  const seen = whenSeen(page, to.word);
  const sentAt = wallClock();
  await save(to.hostname);
  const committedAt = wallClock();
  const { changedAt, paintedAt } = await seen;
  figures.add('answer of the deed → tile changed', 'ms', Math.max(0, changedAt - committedAt), {
    limit: 300,
    by: 'p95',
  });
  figures.add('answer of the deed → next frame painted', 'ms', Math.max(0, paintedAt - committedAt));
  figures.add('deed sent → tile changed', 'ms', changedAt - sentAt);
}

/** Waits inside the page, so that the way back to this process is not part of the figure. */
function whenSeen(page: Page, word: string): Promise<{ changedAt: number; paintedAt: number }> {
  return page.evaluate(
    ([wanted, deadline]) =>
      new Promise((resolve, reject) => {
        const now = () => performance.timeOrigin + performance.now();
        const tile = document.querySelector('article[aria-label="Container Service"]');
        const says = () => tile?.querySelector('.foot')?.textContent?.includes(wanted) ?? false;
        const timer = setTimeout(() => reject(new Error(`The tile did not say "${wanted}".`)), deadline);
        const look = () => {
          if (!says()) return;
          watcher.disconnect();
          clearTimeout(timer);
          const changedAt = now();
          requestAnimationFrame(() => setTimeout(() => resolve({ changedAt, paintedAt: now() })));
        };
        const watcher = new MutationObserver(look);
        watcher.observe(tile ?? document.body, { subtree: true, childList: true, characterData: true });
        look();
      }),
    [word, seenDeadlineMs] as const,
  );
}

/** The same clock as the page's: both are processes of one machine. */
const wallClock = (): number => performance.timeOrigin + performance.now();
