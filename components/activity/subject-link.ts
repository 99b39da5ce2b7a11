import { links } from '#components/links.ts';

/** Page of the thing a deed was done to; null when it has none. */
export function subjectLink(subject: string, detail: Record<string, unknown>): string | null {
  const [noun = '', id = ''] = subject.split('/');
  if (noun === 'task') return links.task(Number(id));
  if (noun === 'installation' && /^\d+$/.test(id)) return links.installation(Number(id));
  if (noun === 'cluster' && typeof detail.name === 'string') return links.cluster(detail.name);
  return noun === 'user' ? links.users() : null;
}
