import type { Outcome } from '../figure.ts';
import type { Ground, Size } from './ground.ts';

/** One fault, done again and again on one cluster. */
export interface Scenario {
  summary: string;
  size: Size;
  /** How often, unless the command line says otherwise. */
  runs: number;
  run(ground: Ground, runs: number, say: (sentence: string) => void): Promise<Outcome>;
}
