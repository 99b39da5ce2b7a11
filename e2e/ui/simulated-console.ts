import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { writeDemoFile } from '../demo-file.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { CommandLine } from '../real/command-line.ts';
import { type Stack, startStack } from '../stack.ts';

const ADMINISTRATOR = { user_name: 'admin', password: 'correct horse', passphrase: 'battery staple' };
const actionMs = 20_000;

/** A console on simulated infrastructure with both tiles applied and the cluster `blue`, 1 + 2, in a browser that is logged in. */
export class SimulatedConsole {
  readonly stack: Stack;
  readonly home: string;
  readonly shell: CommandLine;
  readonly context: BrowserContext;
  readonly page: Page;

  private constructor(parts: { stack: Stack; home: string; shell: CommandLine; context: BrowserContext; page: Page }) {
    this.stack = parts.stack;
    this.home = parts.home;
    this.shell = parts.shell;
    this.context = parts.context;
    this.page = parts.page;
  }

  static async open(browser: Browser): Promise<SimulatedConsole> {
    const home = mkdtempSync(path.join(tmpdir(), 'tessera-ui-'));
    const stack = await startStack({ cpi: 'simulated' });
    try {
      const shell = new CommandLine(stack, home);
      const demo = writeDemoFile(home, { administrator: ADMINISTRATOR, domain: 'pks.example', cluster: 'blue' });
      await shell.tessera('demo', demo);
      const context = await browser.newContext({ baseURL: stack.url });
      const page = await context.newPage();
      page.setDefaultTimeout(actionMs);
      await new EntryPage(page).logIn(ADMINISTRATOR.user_name, ADMINISTRATOR.password);
      return new SimulatedConsole({ stack, home, shell, context, page });
    } catch (error) {
      await stack.destroy();
      rmSync(home, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.stack.destroy();
    rmSync(this.home, { recursive: true, force: true });
  }
}
