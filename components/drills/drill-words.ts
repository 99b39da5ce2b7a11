import type { UiState } from '#components/ui/state-shape.tsx';
import type { DrillKind, DrillState, DrillView, Verdict, Victim } from '#model/drill.ts';
import type { Layer } from '#model/health.ts';

/** The kinds in the order of the buttons: what is done, and what it proves, in words for somebody new to the product. */
export const KIND_WORDS = {
  'delete-pod': {
    name: 'Delete a pod',
    title: 'Pod deletion',
    verb: 'Delete',
    proves: 'Kubernetes makes a new pod elsewhere.',
  },
  'kill-process': {
    name: 'Kill a process',
    title: 'Process kill',
    verb: 'Kill',
    proves: 'The agent starts it again at once.',
  },
  'hang-process': {
    name: 'Hang a process',
    title: 'Process hang',
    verb: 'Hang',
    proves: 'A process that lives but does not answer is found.',
  },
  'vm-off': {
    name: 'VM without the pod',
    title: 'VM power-off',
    verb: 'Switch off',
    proves: 'The VM is made again while the application does not notice.',
  },
  'vm-off-with-pod': {
    name: 'VM with the pod',
    title: 'VM power-off under a pod',
    verb: 'Switch off',
    proves: 'The pod moves first, then the VM is made again.',
  },
  'halt-master': {
    name: 'Halt a master',
    title: 'Master halt',
    verb: 'Halt',
    proves: 'The cluster stays usable on the masters that are left.',
  },
  'etcd-leader': {
    name: 'Kill the etcd leader',
    title: 'etcd leader kill',
    verb: 'Kill',
    proves: 'The members elect another leader.',
  },
  'network-cut': {
    name: 'Cut the network',
    title: 'Network cut',
    verb: 'Cut off',
    proves: 'A VM that nobody here hears does not become two.',
  },
  'az-off': {
    name: 'Lose an AZ',
    title: 'AZ loss',
    verb: 'Switch off',
    proves: 'API and applications go on in the other AZs.',
  },
} as const satisfies Record<DrillKind, { name: string; title: string; verb: string; proves: string }>;

export const LAYER_WORDS = { pod: 'Pod', process: 'Process', vm: 'VM', az: 'AZ' } as const satisfies Record<
  Layer,
  string
>;

/** Kinds of each layer; the first is the one proposed. */
export const KINDS_BY_LAYER: readonly { layer: Layer; kinds: readonly DrillKind[] }[] = [
  { layer: 'pod', kinds: ['delete-pod'] },
  { layer: 'process', kinds: ['kill-process', 'hang-process', 'etcd-leader'] },
  { layer: 'vm', kinds: ['vm-off', 'vm-off-with-pod', 'halt-master', 'network-cut'] },
  { layer: 'az', kinds: ['az-off'] },
];

/** Large buttons: the four layers, then what else can break. */
export const KIND_GROUPS: readonly { name: string; kinds: readonly DrillKind[]; wide?: true }[] = [
  { name: LAYER_WORDS.pod, kinds: ['delete-pod'] },
  { name: LAYER_WORDS.process, kinds: ['kill-process', 'hang-process'] },
  { name: LAYER_WORDS.vm, kinds: ['vm-off', 'vm-off-with-pod'] },
  { name: LAYER_WORDS.az, kinds: ['az-off'] },
  { name: 'Control plane and network', kinds: ['halt-master', 'etcd-leader', 'network-cut'], wide: true },
];

export const VERDICT_SHOWN = {
  PASS: { state: 'done', word: 'Pass' },
  FAIL: { state: 'failed', word: 'Fail' },
  'NOT DETECTED': { state: 'failed', word: 'Not detected' },
  STOPPED: { state: 'stopped', word: 'Stopped' },
} as const satisfies Record<Verdict, { state: UiState; word: string }>;

const STATE_SHOWN = {
  queued: { state: 'drill', word: 'Checking' },
  running: { state: 'drill', word: 'Running' },
  stopping: { state: 'drill', word: 'Stopping' },
  ended: { state: 'done', word: 'Ended' },
  refused: { state: 'stopped', word: 'Refused' },
} as const satisfies Record<DrillState, { state: UiState; word: string }>;

/** Shape and word of a drill: its verdict once there is one. */
export const shownOf = (drill: Pick<DrillView, 'state' | 'verdict'>): { state: UiState; word: string } =>
  drill.verdict ? VERDICT_SHOWN[drill.verdict] : STATE_SHOWN[drill.state];

/** From asking to the end of the undo: probes run, Stop is shown, the shell is violet. */
export const isUnderWay = (drill: Pick<DrillView, 'state'>): boolean =>
  drill.state === 'queued' || drill.state === 'running' || drill.state === 'stopping';

/** "worker/4", "kubelet on worker/1", "pod default/web-7f9c", "AZ az2". */
export function victimName(victim: Victim): string {
  switch (victim.type) {
    case 'pod':
      return `pod ${victim.namespace}/${victim.name}`;
    case 'process':
      return `${victim.process} on ${victim.name}`;
    case 'instance':
      return victim.name;
    default:
      return `AZ ${victim.az}`;
  }
}

/** What makes two victims the same choice. */
export const victimKey = (victim: Victim): string => JSON.stringify(victim, Object.keys(victim).toSorted());

/** Title of a drill: "VM power-off on demo-3". */
export const drillTitle = (drill: Pick<DrillView, 'kind' | 'cluster'>): string =>
  `${KIND_WORDS[drill.kind].title} on ${drill.cluster}`;

/** Number of a drill as reports name it: D-0217. */
export const drillNumber = (id: number): string => `D-${String(id).padStart(4, '0')}`;

/** Seconds with the digits that count: 0.41, 2.9, 41. */
export function seconds(ms: number): string {
  const value = ms / 1000;
  if (value === 0) return '0';
  if (value < 1) return value.toFixed(2);
  return value < 100 ? value.toFixed(1) : String(Math.round(value));
}

/** "410 ms", "2 900 ms": offsets with a thin gap between thousands. */
export const milliseconds = (ms: number): string =>
  `${String(Math.round(ms)).replaceAll(/\B(?=(\d{3})+$)/g, '\u202f')} ms`;
