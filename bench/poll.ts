import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  /** Completes the sentence "waited N s for …". */
  what: string;
  everyMs: number;
  deadlineMs: number;
}

/** Asks until an answer is neither undefined nor false; a question that throws counts as no answer yet. Throws after the deadline. */
export async function poll<T>(
  question: () => Promise<T | undefined | false>,
  { what, everyMs, deadlineMs }: PollOptions,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  let lastFault: unknown;
  for (;;) {
    try {
      const answer = await question();
      if (answer !== undefined && answer !== false) return answer;
      lastFault = undefined;
    } catch (error) {
      lastFault = error;
    }
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs / 1000} s for ${what}.`, { cause: lastFault });
    await sleep(everyMs);
  }
}

export const secondsSince = (begunAt: number): number => (performance.now() - begunAt) / 1000;
