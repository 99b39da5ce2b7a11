'use client';

import { usePathname } from 'next/navigation';
import { links } from '#components/links.ts';
import { Link } from '#components/ui/link.tsx';
import { BrandMark } from './brand-mark.tsx';
import { PersonMenu } from './person-menu.tsx';
import { ROOMS, type Room, roomOf } from './rooms.ts';
import type { Theme } from './theme.ts';

/** Left rail on a desktop: rooms above, settings and person at the foot. */
export function Rail({ theme }: { theme: Theme }) {
  const current = roomOf(usePathname());
  return (
    <nav className="rail" aria-label="Main">
      <Link className="brand" href={links.products()} aria-label="Tessera, products">
        <BrandMark />
        <span>Tessera</span>
      </Link>
      {ROOMS.filter((room) => !room.foot).map((room) => (
        <RailLink key={room.name} room={room} current={current} />
      ))}
      <div className="foot">
        {ROOMS.filter((room) => room.foot).map((room) => (
          <RailLink key={room.name} room={room} current={current} />
        ))}
        <PersonMenu theme={theme} />
      </div>
    </nav>
  );
}

function RailLink({ room, current }: { room: Room; current: Room | undefined }) {
  return (
    <Link className="go" href={room.href} title={room.name} aria-current={room === current ? 'page' : undefined}>
      <room.icon className="i" aria-hidden="true" />
      <span>{room.name}</span>
    </Link>
  );
}

/** The same rooms at the bottom of a phone. */
export function TabBar() {
  const current = roomOf(usePathname());
  return (
    <nav className="tabbar" aria-label="Rooms">
      {ROOMS.filter((room) => room.phone).map((room) => (
        <Link key={room.name} href={room.href} aria-current={room === current ? 'page' : undefined}>
          <room.icon className="i" aria-hidden="true" />
          {room.name}
        </Link>
      ))}
    </nav>
  );
}
