import { links } from '#components/links.ts';
import type { AlertView } from '#model/alert.ts';

/** Page of what an alert is about; that of its cluster where the thing has none. Null for nothing to show. Pure. */
export function subjectHref({ subject, cluster }: Pick<AlertView, 'subject' | 'cluster'>): string | null {
  const [noun = '', id = ''] = subject.split('/');
  if (noun === 'task') return links.task(Number(id));
  if (noun === 'drill') return links.drill(Number(id));
  if (noun === 'channel') return links.channels();
  if (noun === 'az') return links.infrastructure();
  if (noun === 'process') return links.processes(id);
  if (cluster !== null) return noun === 'pod' ? links.clusterWorkloads(cluster) : links.cluster(cluster);
  return noun === 'instance' ? links.processes(id) : null;
}
