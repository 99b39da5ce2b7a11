import { Boxes, History, Package, Settings, Users } from 'lucide-react';
import { links } from '#components/links.ts';

/** The rooms of the console, in the order of rail and tab bar, with the paths that belong to each. */
export const ROOMS = [
  { name: 'Products', href: links.products(), icon: Package, paths: ['/products', '/apply', '/import'] },
  { name: 'Clusters', href: links.clusters(), icon: Boxes, paths: ['/clusters', '/create-cluster'] },
  { name: 'Activity', href: links.activity(), icon: History, paths: ['/activity', '/installations', '/tasks'] },
  { name: 'Users', href: links.users(), icon: Users, paths: ['/users'] },
  { name: 'Settings', href: links.settings(), icon: Settings, paths: ['/settings'] },
] as const;

export type Room = (typeof ROOMS)[number];

/** The room a path belongs to. */
export function roomOf(pathname: string): Room | undefined {
  if (pathname === '/') return ROOMS[0];
  return ROOMS.find((room) => room.paths.some((path) => pathname === path || pathname.startsWith(`${path}/`)));
}
