const startedAt = performance.now();

/** One line for the person at the terminal, with the seconds since the launcher began. */
export function say(sentence: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`[${seconds.padStart(6)} s] ${sentence}\n`);
}

/** A line of its own that other programs may look for, such as `console: http://127.0.0.1:3000`. */
export function announce(name: string, value: string): void {
  process.stdout.write(`${name}: ${value}\n`);
}

/** Ends the program with one sentence on what is wrong and what to do. */
export class Refusal extends Error {}
