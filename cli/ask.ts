import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError } from './cli-error.ts';

/** Asks a yes/no question on the terminal; without a terminal says which flag answers it. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new CliError(`${question} Nobody is there to answer: give --non-interactive.`);
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} (y/n): `)).trim());
  } finally {
    lines.close();
  }
}

/** Asks for a password without showing it. */
export async function askPassword(prompt: string, flag: string): Promise<string> {
  if (!process.stdin.isTTY) throw new CliError(`No password given: use ${flag}.`);
  process.stdout.write(prompt);
  // what is typed goes nowhere
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stdout.write('\n');
  }
}
