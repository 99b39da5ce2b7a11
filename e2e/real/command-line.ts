import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Stack } from '../stack.ts';

const bin = path.join(import.meta.dirname, '..', '..', 'bin');
const deadlineMs = 120_000;
const Failed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The commands of `bin/`, as a person runs them: with a home of their own, in a folder that goes away with the stack. */
export class CommandLine {
  readonly #env: NodeJS.ProcessEnv;

  constructor(stack: Stack, home: string) {
    this.#env = {
      ...stack.env,
      TESSERA_URL: stack.url,
      TESSERA_HOME: path.join(home, 'tessera'),
      PKS_HOME: path.join(home, 'pks'),
      KUBECONFIG: path.join(home, 'kubeconfig'),
    };
  }

  /** Answers what the command printed; throws with its own words when it fails. */
  async pks(...args: string[]): Promise<string> {
    return this.#must('pks', args);
  }

  async tessera(...args: string[]): Promise<string> {
    return this.#must('tessera', args);
  }

  /** Runs a command that may fail. */
  async attempt(
    command: 'pks' | 'tessera' | 'kubectl',
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Ended> {
    try {
      const { stdout, stderr } = await promisify(execFile)(path.join(bin, command), [...args], {
        env: { ...this.#env, ...env },
        timeout: deadlineMs,
        maxBuffer: 16 * 1024 * 1024,
      });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const failed = Failed.safeParse(error);
      if (failed.success) return failed.data;
      throw error;
    }
  }

  /** kubectl of the stemcell; `kubeconfig` is a file, by default the one `pks get-credentials` writes. */
  kubectl(kubeconfig?: string): Kubectl {
    const env: Record<string, string> = kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig };
    return async (...args) => demand('kubectl', args, await this.attempt('kubectl', args, env));
  }

  async #must(command: 'pks' | 'tessera', args: string[]): Promise<string> {
    return demand(command, args, await this.attempt(command, args));
  }
}

/** Answers what kubectl printed; throws with its own words when it fails. */
export type Kubectl = (...args: string[]) => Promise<string>;

function demand(command: string, args: readonly string[], { code, stdout, stderr }: Ended): string {
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}:\n${stderr}${stdout}`);
  return stdout;
}
