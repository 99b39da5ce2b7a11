'use client';

import { useEffect } from 'react';
import type { TaskView } from '#model/task.ts';
import { isOver, progressPercent, TASK_SHOWN } from './task-state.ts';

/** The browser's tab says how far the run is, so that it can be watched from elsewhere. */
export function useTabTitle(name: string, task: TaskView | undefined): void {
  const lead = leadOf(task);
  useEffect(() => {
    document.title = `${lead}${name} · Tessera`;
  }, [lead, name]);
}

function leadOf(task: TaskView | undefined): string {
  if (!task) return '';
  return isOver(task.state) ? `${TASK_SHOWN[task.state].word} · ` : `${progressPercent(task.stages)} % · `;
}
