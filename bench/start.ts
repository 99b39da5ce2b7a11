import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Stack } from '../e2e/stack.ts';
import { type Benchmark, Figures, type Outcome, type Surroundings } from './figure.ts';
import { applyChanges, type Installation, withInstallation } from './installation.ts';
import { poll, secondsSince } from './poll.ts';
import { lookAround } from './surroundings.ts';

const root = path.join(import.meta.dirname, '..');
const askEveryMs = 25;
const startDeadlineMs = 120_000;
const stopDeadlineMs = 40_000;
const restMs = 3_000;
const Health = z.looseObject({ director: z.string() });

/** `npm start` on the state of an earlier start, with both tiles applied and the API VM running on. */
export const start: Benchmark = {
  summary: 'npm start until the log-in page answers and a director is at work, second start on the same state',
  run: ({ runs = 5, calmWithinMs, say }) =>
    withInstallation(async (installation): Promise<Outcome> => {
      await applyChanges(installation);
      await installation.stack.stop();
      const figures = new Figures();
      const surroundings: Surroundings[] = [];
      for (let run = 1; run <= runs; run += 1) {
        await sleep(restMs);
        surroundings.push(await lookAround(calmWithinMs));
        const seconds = await measureStart(installation, figures);
        say(`run ${run}: ${seconds.toFixed(2)} s`);
      }
      return { figures: figures.list(), runs: surroundings, notes: [] };
    }),
};

async function measureStart({ stack }: Installation, figures: Figures): Promise<number> {
  const before = timesAtWork(stack);
  const begunAt = performance.now();
  const child = spawn('npm', ['start'], { cwd: root, env: stack.env, detached: true, stdio: 'ignore' });
  try {
    await poll(() => showsLogIn(stack.url), {
      what: 'the log-in page',
      everyMs: askEveryMs,
      deadlineMs: startDeadlineMs,
    });
    figures.add('log-in page answers', 's', secondsSince(begunAt));
    await poll(() => hasDirector(stack.url), { what: 'a director', everyMs: askEveryMs, deadlineMs: startDeadlineMs });
    const seconds = secondsSince(begunAt);
    figures.add('usable: a director has its slot too', 's', seconds, { limit: 10, by: 'every' });
    await poll(async () => timesAtWork(stack) > before, {
      what: 'its work',
      everyMs: askEveryMs,
      deadlineMs: startDeadlineMs,
    });
    figures.add('the director has begun to work', 's', secondsSince(begunAt));
    return seconds;
  } finally {
    await end(child, stack);
  }
}

async function showsLogIn(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/`, { signal: AbortSignal.timeout(2_000) });
  return answer.ok && answer.url.endsWith('/login') && (await answer.text()).includes('Log in');
}

async function hasDirector(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/healthz`, { signal: AbortSignal.timeout(2_000) });
  return answer.ok && Health.parse(await answer.json()).director === 'running';
}

/** How often the director's log says that its queues, loops and gateway have begun: a little after it has its slot. */
function timesAtWork(stack: Stack): number {
  return readFileSync(path.join(stack.state, 'log', 'director.log'), 'utf8').split('director is at work').length - 1;
}

/** Ctrl-C, which a terminal gives to npm and to all it started; the next start must find nothing of this one. */
async function end({ pid }: ChildProcess, stack: Stack): Promise<void> {
  if (pid !== undefined) process.kill(-pid, 'SIGINT');
  await poll(async () => stack.pid('launcher') === undefined, {
    what: 'the end of the launcher',
    everyMs: 100,
    deadlineMs: stopDeadlineMs,
  });
}
