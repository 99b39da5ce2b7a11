import type { Pool } from 'pg';
import type { DrillCheck, DrillRequest, Objectives, Victim } from '#model/drill.ts';
import type { Cpi } from '#server/cpi/cpi.ts';
import type { Agents } from '#server/gateway/call-agent.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Vault } from '#server/platform/vault.ts';
import type { DrillFacts, Hits } from './drill-facts.ts';

/** What a fault is done with. */
export type FaultContext = {
  pool: Pool;
  vault: Vault;
  cpi: Cpi;
  agents: Agents;
  clock: Clock;
  signal: AbortSignal;
  log: (line: string, level?: 'info' | 'warn' | 'error') => Promise<void>;
};

/** A drill as injection and undo need it. `cid` is the VM that was there when it began. */
export type FaultOrder = {
  id: number;
  clusterUuid: string;
  deployment: string;
  victim: Victim;
  cut: DrillRequest['cut'];
  cid: string | null;
  undoAfterMs: number;
  undoAt: Date;
};

/** Where the platform notes that this fault was noticed: subjects as in marks, and states of the victim's VM. */
export type Expectation = {
  subjects: string[];
  /** Healths of a hit VM that mean "noticed"; empty for faults inside a VM. */
  healths: ('dead' | 'hung' | 'partitioned')[];
  /** What capacity means: a process, VMs, or nothing beyond the pods. */
  capacity: 'process' | 'vms' | 'none';
  /** After the undo the drill waits until all is well again, because only the undo ends the fault. */
  heals: 'by repair' | 'by undo';
};

/** One kind of drill. To add one: a file with this, and a line in kinds.ts. */
export type FaultKind = {
  /** "Switch off a VM that has the pod" */
  title: string;
  /** Best first: the first one is proposed. */
  candidates(facts: DrillFacts, request: DrillRequest): Victim[];
  /** Why there is no candidate. */
  nobody: string;
  hits(facts: DrillFacts, victim: Victim, request: DrillRequest): Hits;
  /** Checks beyond those of every drill. */
  checks(facts: DrillFacts, victim: Victim, request: DrillRequest): DrillCheck[];
  objectives(facts: DrillFacts, victim: Victim, request: DrillRequest): Objectives;
  expects(order: Pick<FaultOrder, 'victim' | 'deployment' | 'cut'>, hits: { instances: string[] }): Expectation;
  /** How long it is watched at most. */
  deadlineMs: number;
  /** When the victim undoes by itself, from the injection; a little after the deadline unless said. */
  undoAfterMs?: number;
  /** Past tense, for reports: "worker/4 was switched off". */
  told(victim: Victim, cut: DrillRequest['cut']): string;
  /** Last look before the injection: who is hit may be known only now (the leader). */
  aim?(context: FaultContext, order: FaultOrder): Promise<Victim>;
  /** Arms the undo where that is possible, then does it. Answers what was done, for the log. */
  inject(context: FaultContext, order: FaultOrder): Promise<string>;
  /** Undoes it, whatever has become of it; doing so twice, or with nothing to undo, is fine. */
  undo(context: FaultContext, order: FaultOrder): Promise<string>;
};
