import { existsSync } from 'node:fs';
import { defineConfig, devices } from '@playwright/test';

const debianChromium = '/usr/bin/chromium';
const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--disable-dev-shm-usage',
];

export default defineConfig({
  testDir: './e2e',
  outputDir: './test-results/playwright',
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // One stack (PostgreSQL, director, console, browser) fills two cores.
  workers: 1,
  // The JSON report is for counting (.ci/run), which names its file.
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [['list'], ['json']] : [['list']],
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    video: 'off',
    launchOptions: {
      // Debian's own Chromium where it is; elsewhere the one Playwright brought.
      ...(existsSync(debianChromium) ? { executablePath: debianChromium } : {}),
      // Chromium has no sandbox for root.
      args: process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet,
    },
  },
  projects: [
    { name: 'ui', testMatch: 'ui/**/*.spec.ts', timeout: 60_000, expect: { timeout: 10_000 } },
    { name: 'real', testMatch: 'real/**/*.spec.ts', timeout: 20 * 60_000, expect: { timeout: 30_000 } },
    { name: 'faults', testMatch: 'faults/**/*.spec.ts', timeout: 20 * 60_000, expect: { timeout: 30_000 } },
    { name: 'screenshots', testMatch: 'screenshots/**/*.spec.ts', timeout: 20 * 60_000, expect: { timeout: 30_000 } },
  ],
});
