import { z } from 'zod';
import type { Layer, MarkView } from './health.ts';

export const DRILL_KINDS = [
  'delete-pod',
  'kill-process',
  'hang-process',
  'vm-off',
  'vm-off-with-pod',
  'halt-master',
  'etcd-leader',
  'network-cut',
  'az-off',
] as const;
export const DrillKind = z.enum(DRILL_KINDS);
export type DrillKind = z.infer<typeof DrillKind>;

export const DRILL_LAYER = {
  'delete-pod': 'pod',
  'kill-process': 'process',
  'hang-process': 'process',
  'vm-off': 'vm',
  'vm-off-with-pod': 'vm',
  'halt-master': 'vm',
  'etcd-leader': 'process',
  'network-cut': 'vm',
  'az-off': 'az',
} as const satisfies Record<DrillKind, Layer>;

/** Who is hit. Instances by id and name (`worker/1`), pods by namespace and name. */
export const Victim = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pod'), namespace: z.string(), name: z.string(), node: z.string().nullable() }),
  z.strictObject({ type: z.literal('process'), instance: z.string(), name: z.string(), process: z.string() }),
  z.strictObject({ type: z.literal('instance'), instance: z.string(), name: z.string() }),
  z.strictObject({ type: z.literal('az'), az: z.string() }),
]);
export type Victim = z.infer<typeof Victim>;

/** Limits in ms; null = not judged. Outage: injection → last failed request of a target. */
export const Objectives = z.strictObject({
  detectMs: z.number().int().positive().nullable(),
  podsBackMs: z.number().int().positive().nullable(),
  capacityBackMs: z.number().int().positive().nullable(),
  apiReadOutageMs: z.number().int().positive().nullable(),
  apiWriteOutageMs: z.number().int().positive().nullable(),
  serviceOutageMs: z.number().int().positive().nullable(),
  writesLost: z.number().int().nonnegative().nullable(),
});
export type Objectives = z.infer<typeof Objectives>;

export const PROBE_KINDS = ['api-read', 'api-write', 'service', 'dns', 'data'] as const;
export const ProbeKind = z.enum(PROBE_KINDS);
export type ProbeKind = z.infer<typeof ProbeKind>;

/** What is asked ten times a second. `target` is shown: address, what must be in the answer. */
export const Probe = z.strictObject({
  id: z.string(),
  kind: ProbeKind,
  name: z.string(),
  target: z.string(),
  /** For service and data: address asked and text that the answer must hold. */
  url: z.string().optional(),
  expect: z.string().optional(),
  /** Of a service: its ready endpoints, and those of them that the fault does not hit. */
  replicas: z.number().int().optional(),
  surviving: z.number().int().optional(),
});
export type Probe = z.infer<typeof Probe>;

export const DrillRequest = z.strictObject({
  kind: DrillKind,
  /** Name of the cluster. */
  cluster: z.string().min(1, 'cluster: choose a cluster'),
  /** Null: the one that the preview proposes. */
  victim: Victim.nullable().default(null),
  /** For vm-off and vm-off-with-pod: `namespace/name` of the pod the words are about; null = any application pod. */
  pod: z.string().nullable().default(null),
  /** For network-cut: off from the director only (it must not become two), or from everybody. */
  cut: z.enum(['director', 'all']).default('director'),
  /** Ids of the preview's probes to run; null = all. */
  probes: z.array(z.string()).nullable().default(null),
  objectives: Objectives.partial().default({}),
  reason: z.string().max(500).default(''),
});
export type DrillRequest = z.infer<typeof DrillRequest>;

/** red stops, amber is said, green is met. */
export type DrillCheck = { name: string; verdict: 'green' | 'amber' | 'red'; sentence: string };

/** What would happen: read-only. Expected times from the last ten drills of the kind on any cluster; null without history. */
export type DrillPreview = {
  kind: DrillKind;
  cluster: string;
  deployment: string;
  victim: Victim | null;
  candidates: Victim[];
  checks: DrillCheck[];
  /** Names (`worker/1`) of VMs, and pods, that are hit. */
  vmsHit: string[];
  podsHit: { namespace: string; name: string; node: string; alone: boolean }[];
  quorum: { before: string; after: string };
  objectives: Objectives;
  probes: Probe[];
  expected: { p50Ms: number; p95Ms: number; runs: number } | null;
  /** How long until it ends by itself. */
  deadlineMs: number;
};

export const DRILL_STATES = ['queued', 'running', 'stopping', 'ended', 'refused'] as const;
export const DrillState = z.enum(DRILL_STATES);
export type DrillState = z.infer<typeof DrillState>;
export const VERDICTS = ['PASS', 'FAIL', 'NOT DETECTED', 'STOPPED'] as const;
export const Verdict = z.enum(VERDICTS);
export type Verdict = z.infer<typeof Verdict>;

/** One column of the strip: offset from injection in ms, latency in ms, and what came: ok · slow (over 300 ms) · fail. */
export type DrillSample = { at: number; ms: number; result: 'ok' | 'slow' | 'fail' };
export type ProbeStrip = { probe: Probe; samples: DrillSample[] };

/** Of one probe since the injection, ms. Outage = injection → last failed request; 0 without failures. */
export type ProbeFigures = {
  probe: string;
  name: string;
  total: number;
  failed: number;
  /** Questions that were due and never asked: nobody was there to ask. They count as failed where a limit is judged. */
  missing: number;
  outageMs: number;
  longestGapMs: number;
};

/** Milliseconds from the injection; null = has not happened. */
export type DrillTimes = {
  detectedMs: number | null;
  actingMs: number | null;
  podsBackMs: number | null;
  capacityBackMs: number | null;
};

export type ObjectiveResult = {
  objective: keyof Objectives;
  promise: string;
  limit: number;
  measured: number | null;
  unit: 'ms' | 'writes';
  met: boolean;
};

export type DrillView = {
  id: number;
  kind: DrillKind;
  layer: Layer;
  cluster: string;
  deployment: string;
  victim: Victim;
  state: DrillState;
  verdict: Verdict | null;
  /** One sentence: what happens now, or how it ended. */
  summary: string;
  user: string;
  reason: string;
  taskId: number | null;
  objectives: Objectives;
  createdAt: string;
  injectedAt: string | null;
  endedAt: string | null;
  /** When the victim undoes by itself, whoever is dead. */
  undoAt: string | null;
  undone: boolean;
  times: DrillTimes;
  figures: ProbeFigures[];
};

/** The page for the customer and the evidence for the engineer. Made at the end, kept as it was. */
export type DrillReport = {
  drill: DrillView;
  headline: string;
  story: string;
  results: ObjectiveResult[];
  strips: ProbeStrip[];
  marks: MarkView[];
  pods: { namespace: string; name: string; from: string; to: string | null; readyMs: number | null }[];
  /** `lost` is null when nobody could read the writes back. */
  writes: { acknowledged: number; lost: number | null };
  earlier: { id: number; at: string; verdict: Verdict; times: DrillTimes }[];
  findings: string[];
  alerts: { title: string; channel: string; state: string; afterMs: number | null }[];
  /** SHA-256 of the report without this field, also in the audit. */
  digest: string;
};
