'use client';

import { useMutation } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { links } from '#components/links.ts';
import { useSession } from '#components/live/live-provider.tsx';
import { beginLogOut } from '#components/live/query-client.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Menu } from '#components/ui/menu.tsx';
import type { Theme } from './theme.ts';
import { ThemeToggle } from './theme-toggle.tsx';

/** Initials for an avatar: "ana.ruiz" → AR. */
export const initialsOf = (name: string): string => {
  const [first = '?', second] = name.split(/[\s._@-]+/).filter(Boolean);
  return `${first[0] ?? '?'}${second?.[0] ?? first[1] ?? ''}`.toUpperCase();
};

/** Who is logged in, the theme, and the way out. */
export function PersonMenu({ theme }: { theme: Theme }) {
  const session = useSession();
  const trpc = useTRPC();
  const signOut = useMutation(
    trpc.session.signOut.mutationOptions({
      onMutate: beginLogOut,
      onSettled: () => window.location.assign(links.login()),
    }),
  );
  return (
    <Menu
      up
      className="go"
      title={session.userName}
      label={
        <>
          <span className="avatar" aria-hidden="true">
            {initialsOf(session.userName)}
          </span>
          <span className="clip">{session.userName}</span>
          <span className="sr">: theme and log-out</span>
        </>
      }
    >
      {() => (
        <>
          <p className="cap pad-sm">
            {session.userName}
            <br />
            {session.groups.find((group) => group.startsWith('opsman.'))}
          </p>
          <div className="pad-sm">
            <ThemeToggle initial={theme} />
          </div>
          <button type="button" onClick={() => signOut.mutate()}>
            <LogOut className="i" aria-hidden="true" />
            Log out
          </button>
        </>
      )}
    </Menu>
  );
}
