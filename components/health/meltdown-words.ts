import type { MeltdownRule } from '#model/health.ts';
import { formatMs } from './format-ms.ts';

/** "5 VMs and 20 % within 10 min" */
export const ruleWords = (rule: MeltdownRule): string =>
  `${rule.minimumDown} ${rule.minimumDown === 1 ? 'VM' : 'VMs'} and ${rule.percent} % within ${formatMs(rule.windowSeconds * 1000)}`;
