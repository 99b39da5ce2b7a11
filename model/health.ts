import { z } from 'zod';
import type { Severity } from './alert.ts';

/** The four layers of high availability, innermost first. */
export const LAYERS = ['pod', 'process', 'vm', 'az'] as const;
export const Layer = z.enum(LAYERS);
export type Layer = z.infer<typeof Layer>;

/**
 * What the detector holds of a VM. alive: its agent is heard · suspect: silent, being looked into · dead: off or gone, or fenced ·
 * hung: on, but nobody gets an answer from it · partitioned: silent here, but its peers reach it · unknown: never heard, or nobody can tell.
 */
export const VM_HEALTHS = ['alive', 'suspect', 'dead', 'hung', 'partitioned', 'unknown'] as const;
export const VmHealth = z.enum(VM_HEALTHS);
export type VmHealth = z.infer<typeof VmHealth>;

/** up: no VM of it is missed · degraded: some are · down: all are, or its infrastructure says so. */
export const AZ_STATES = ['up', 'degraded', 'down'] as const;
export const AzState = z.enum(AZ_STATES);
export type AzState = z.infer<typeof AzState>;
export type AzView = {
  name: string;
  state: AzState;
  since: string | null;
  reason: string;
  vms: number;
  down: number;
  /** Null where the infrastructure has no switch for an AZ. */
  power: 'on' | 'off' | null;
};

/** When repair stops: `minimumDown` instances and `percent` of all are down within `windowSeconds`. */
export const MeltdownRule = z.strictObject({
  minimumDown: z.number().int().min(1).max(10_000),
  percent: z.number().min(1, 'per cent: at least 1').max(100, 'per cent: at most 100'),
  windowSeconds: z.number().int().min(10).max(86_400),
});
export type MeltdownRule = z.infer<typeof MeltdownRule>;

/** `fleet` is BOSH's rule; `group` the one for small clusters, counted in each AZ and instance group. Setting `meltdown`. */
export const MeltdownSettings = z.strictObject({
  fleet: MeltdownRule.prefault({ minimumDown: 5, percent: 20, windowSeconds: 600 }),
  group: MeltdownRule.prefault({ minimumDown: 3, percent: 51, windowSeconds: 60 }),
  /** Repairs begun at once in a meltdown, and at other times. */
  repairsInMeltdown: z.number().int().min(1).max(100).default(1),
  repairsAtOnce: z.number().int().min(1).max(100).default(6),
});
export type MeltdownSettings = z.infer<typeof MeltdownSettings>;

/** The present verdict; setting `meltdown-state`, null when all is calm. */
export type Meltdown = { since: string; rule: 'fleet' | 'group'; scope: string; down: number; total: number };

/** Setting `resurrection`: off globally, or for the deployments named. */
export const Resurrection = z.strictObject({
  enabled: z.boolean().default(true),
  off: z.array(z.string()).default([]),
});
export type Resurrection = z.infer<typeof Resurrection>;

export const resurrects = (setting: Resurrection, deployment: string): boolean =>
  setting.enabled && !setting.off.includes(deployment);

/** When the detector acts on what it cannot see clearly. Setting `detector`. */
export const DetectorSettings = z.strictObject({
  /** A VM that its peers reach is left alone this long, then fenced and repaired. */
  partitionTimeoutSeconds: z.number().int().min(10).max(86_400).default(600),
  /** A process that ends this often within the window is failing; if it stays so, its VM is recreated. */
  processRestarts: z.number().int().min(1).max(1000).default(5),
  processWindowSeconds: z.number().int().min(10).max(86_400).default(600),
});
export type DetectorSettings = z.infer<typeof DetectorSettings>;

/** One fault and its end. Times are ISO 8601; null = not yet. `subject` as in marks. */
export type RecoveryView = {
  id: number;
  layer: Layer;
  deployment: string | null;
  subject: string;
  title: string;
  cause: string;
  beganAt: string;
  detectedAt: string | null;
  actedAt: string | null;
  recoveredAt: string | null;
  taskId: number | null;
  drillId: number | null;
};

/** What the HA page says of one layer. Milliseconds over the recoveries of the last 30 days; null without any. */
export type LayerView = {
  layer: Layer;
  detector: string;
  actor: string;
  recoveries: number;
  detectMs: { p50: number; p95: number } | null;
  recoverMs: { p50: number; p95: number } | null;
  last: RecoveryView | null;
  open: number;
};

/** Point of a time axis. injected · detected · acting · recovered, or a note (a pod was scheduled, a process ended). */
export const MARK_PHASES = ['injected', 'detected', 'acting', 'recovered', 'note'] as const;
export const MarkPhase = z.enum(MARK_PHASES);
export type MarkPhase = z.infer<typeof MarkPhase>;
/** Lanes of a timeline. */
export const MARK_LANES = ['pod', 'node', 'process', 'vm', 'az', 'alert', 'change', 'drill'] as const;
export const MarkLane = z.enum(MARK_LANES);
export type MarkLane = z.infer<typeof MarkLane>;

/**
 * `subject`: `instance/<id>`, `process/<instance id>/<process>`, `pod/<deployment>/<namespace>/<name>`, `node/<deployment>/<name>`, `az/<name>`,
 * `drill/<id>`, `task/<id>`, `alert/<id>`.
 */
export type MarkView = {
  id: number;
  at: string;
  lane: MarkLane;
  phase: MarkPhase;
  deployment: string | null;
  subject: string;
  title: string;
  drillId: number | null;
  data: Record<string, unknown>;
};

/** Vitals of an instance over time, oldest first, one point in 30 s. Per cents. */
export type VitalsPoint = { at: string; cpuPercent: number; memoryPercent: number };

export type OverallState = 'running' | 'attention' | 'failed' | 'unknown';

/** First lines of the health page: what serves, what does not, and what is being done, in words. */
export type HealthOverview = {
  state: OverallState;
  verdict: string;
  clusters: { name: string; deployment: string; state: OverallState; verdict: string }[];
  meltdown: Meltdown | null;
  meltdownSettings: MeltdownSettings;
  resurrection: Resurrection;
  azs: AzView[];
  alerts: Record<Severity, number>;
};
