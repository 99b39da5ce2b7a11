import { links } from '#components/links.ts';
import { roomOf } from './rooms.ts';

export type Crumb = { name: string; href: string | null };

/** Trail of a path. `labels` gives the label of a product by its slug. */
export function crumbsOf(pathname: string, labels: Readonly<Record<string, string>>): Crumb[] {
  const room = roomOf(pathname);
  const root: Crumb[] = [{ name: 'Tessera', href: links.products() }];
  if (!room) return root;
  const [section = '', subject] = pathname.split('/').slice(1);
  const own = OWN_NAMES[section]?.(subject ? decodeURIComponent(subject) : '', labels) ?? null;
  return [...root, { name: room.name, href: own ? room.href : null }, ...(own ? [{ name: own, href: null }] : [])];
}

const OWN_NAMES: Record<string, (subject: string, labels: Readonly<Record<string, string>>) => string | null> = {
  products: (slug, labels) => labels[slug] ?? slug,
  import: () => 'Import',
  apply: () => 'Review changes',
  installations: (id) => `Installation ${id}`,
  tasks: (id) => `Task ${id}`,
  clusters: (name) => name || null,
  'create-cluster': () => 'Create cluster',
  health: (tab) => (tab === 'layers' ? 'Layers' : null),
  alerts: () => 'Alerts',
  drills: (id) => DRILL_PAGES[id] ?? (id ? `Drill ${id}` : null),
  channels: () => 'Channels',
  infrastructure: (instance) => (instance ? 'Processes' : 'Infrastructure'),
};

const DRILL_PAGES: Record<string, string> = { new: 'Run a drill', 'walk-through': 'HA walk-through' };
