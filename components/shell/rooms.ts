import { Boxes, HeartPulse, History, type LucideIcon, Package, Settings, Users, Zap } from 'lucide-react';
import { links } from '#components/links.ts';

/**
 * The rooms of the console, in the order of rail and tab bar, with the paths that belong to each. `foot`: at the foot of the rail;
 * `phone`: in the tab bar of a phone, which is for people on call.
 */
export const ROOMS: readonly Room[] = [
  { name: 'Products', href: links.products(), icon: Package, paths: ['/products', '/apply', '/import'] },
  { name: 'Clusters', href: links.clusters(), icon: Boxes, paths: ['/clusters', '/create-cluster'], phone: true },
  {
    name: 'Health',
    href: links.health(),
    icon: HeartPulse,
    paths: ['/health', '/alerts', '/channels', '/infrastructure'],
    phone: true,
  },
  { name: 'Drills', href: links.drills(), icon: Zap, paths: ['/drills'], phone: true },
  {
    name: 'Activity',
    href: links.activity(),
    icon: History,
    paths: ['/activity', '/installations', '/tasks'],
    phone: true,
  },
  { name: 'Users', href: links.users(), icon: Users, paths: ['/users'], foot: true },
  { name: 'Settings', href: links.settings(), icon: Settings, paths: ['/settings'], foot: true, phone: true },
];

export type Room = {
  name: string;
  href: string;
  icon: LucideIcon;
  paths: readonly string[];
  foot?: boolean;
  phone?: boolean;
};

/** The room a path belongs to. */
export function roomOf(pathname: string): Room | undefined {
  if (pathname === '/') return ROOMS[0];
  return ROOMS.find((room) => room.paths.some((path) => pathname === path || pathname.startsWith(`${path}/`)));
}
