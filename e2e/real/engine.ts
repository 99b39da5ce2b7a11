import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { podmanFlags } from '../../bin/engine.ts';

const run = promisify(execFile);
const largestAnswerBytes = 64 * 1024 * 1024;

const Inspected = z.object({
  Name: z.string(),
  State: z.object({ Running: z.boolean(), Pid: z.number() }),
  Config: z.object({ Labels: z.record(z.string(), z.string()) }),
});

/** One VM or anchor as the container engine sees it. */
export interface Container {
  name: string;
  isRunning: boolean;
  /** Its first process, as the host numbers it; 0 while it does not run. */
  pid: number;
  labels: Record<string, string>;
}

/**
 * The container engine seen from outside, by its own command line: what exists with the label of one installation, and means to break it.
 * It finds things by label only and never touches what belongs to another installation.
 */
export class Engine {
  readonly #label: string;
  readonly #imagePrefix: string;

  constructor(state: string) {
    const { id } = z
      .object({ id: z.string() })
      .parse(JSON.parse(readFileSync(path.join(state, 'installation.json'), 'utf8')));
    this.#label = `label=tessera.installation=${id}`;
    this.#imagePrefix = `localhost/tessera/${id}/`;
  }

  /** VMs only: an anchor of a network has no instance. `labels` as `key=value`. */
  async vms(...labels: string[]): Promise<Container[]> {
    return (await this.containers(...labels)).filter((container) => 'tessera.instance' in container.labels);
  }

  async containers(...labels: string[]): Promise<Container[]> {
    const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
    const names = lines(await podman('ps', '--all', '--format', '{{.Names}}', '--filter', this.#label, ...filters));
    if (names.length === 0) return [];
    return z
      .array(Inspected)
      .parse(JSON.parse(await this.inspect(names)))
      .map(({ Name, State, Config }) => ({
        name: Name,
        isRunning: State.Running,
        pid: State.Pid,
        labels: Config.Labels,
      }));
  }

  /** Everything the engine tells about these containers, as it prints it. One that vanishes meanwhile is left out. */
  async inspect(names: readonly string[]): Promise<string> {
    try {
      return await podman('inspect', '--type', 'container', ...names);
    } catch (error) {
      // podman prints those it found and exits with an error for those that are gone
      if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' && error.stdout !== '')
        return error.stdout;
      throw error;
    }
  }

  async networks(): Promise<string[]> {
    return lines(await podman('network', 'ls', '--format', '{{.Name}}', '--filter', this.#label));
  }

  async images(): Promise<string[]> {
    const names = lines(await podman('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'));
    return names.filter((name) => name.startsWith(this.#imagePrefix));
  }

  /** Power failure: no process of the VM gets to do anything. */
  async kill(...names: string[]): Promise<void> {
    await podman('kill', '--signal', 'KILL', ...names);
  }
}

async function podman(...args: string[]): Promise<string> {
  const { stdout } = await run('/usr/bin/podman', [...podmanFlags(), ...args], { maxBuffer: largestAnswerBytes });
  return stdout;
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
