import type { VmDiff } from './change.ts';
import type { TaskState } from './task.ts';

/** One run of Apply changes, Ops Manager's noun over a task. */
export type InstallationView = {
  id: number;
  taskId: number;
  state: TaskState;
  user: string;
  startedAt: string | null;
  finishedAt: string | null;
  products: { guid: string; slug: string; label: string; action: 'install' | 'update' | 'delete'; version: string }[];
};

/** One changed property on the review page. Secret values are never shown: `secret` says that they changed. */
export type PropertyChange = {
  property: string;
  label: string;
  before: string | null;
  after: string | null;
  secret: boolean;
};

export type PendingChange = {
  guid: string;
  slug: string;
  label: string;
  action: 'install' | 'update' | 'delete';
  fromVersion: string | null;
  toVersion: string;
  properties: PropertyChange[];
  vms: VmDiff;
  /** Sentences that stop Apply for this product, each with the form it belongs to. */
  errors: { form: string; property: string | null; message: string }[];
  warnings: string[];
  errands: { name: string; label: string; on: boolean }[];
};
