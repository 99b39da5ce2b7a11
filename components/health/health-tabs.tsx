'use client';

import { usePathname } from 'next/navigation';
import { links } from '#components/links.ts';
import { LinkTabs } from '#components/ui/tabs.tsx';

const TABS = [
  { name: 'Overview', href: links.health() },
  { name: 'Layers', href: links.layers() },
  { name: 'Alerts', href: links.alerts() },
  { name: 'Infrastructure', href: links.infrastructure() },
] as const;

/** The tabs of the room Health. */
export function HealthTabs() {
  const pathname = usePathname();
  return <LinkTabs label="Health" tabs={TABS.map((tab) => ({ ...tab, current: tab.href === pathname }))} />;
}
