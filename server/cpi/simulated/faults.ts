/**
 * Faults are provoked by names, so that a test of the whole needs no door of its own: a sentinel word anywhere in a VM's hostname, deployment,
 * group or other metadata does what is said here. All else about such a VM is ordinary.
 */
export const SENTINELS = {
  /** create_vm is refused, each time. */
  'fail-create': 'create_vm fails',
  /** create_vm takes 5 s instead of no time. */
  'slow-create': 'create_vm is slow',
  /** The VM is on, but its agent never connects. */
  'fail-agent': 'the agent never connects',
  /** Processes never run: the job state becomes `failing`. */
  'fail-start': 'processes keep failing',
  /** Scripts (drain, post-start…) exit with 1. */
  'fail-script': 'scripts fail',
  /** Errands exit with 1. */
  'fail-errand': 'errands fail',
} as const;
export type Sentinel = keyof typeof SENTINELS;

/** While a file of this name lies in the state folder, every call is cpi_unavailable. */
export const DOWN_FILE = 'simulated.down';

export function sentinelsOf(vm: { hostname: string; metadata: Record<string, string> }): Sentinel[] {
  const words = [vm.hostname, ...Object.values(vm.metadata)];
  // the keys of the record are all the sentinels there are
  const all = Object.keys(SENTINELS) as Sentinel[];
  return all.filter((sentinel) => words.some((word) => word.includes(sentinel)));
}
