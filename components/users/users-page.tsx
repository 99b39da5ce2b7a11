'use client';

import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { UserView } from '#model/user.ts';

const CreateUser = dynamic(() => import('./create-user.tsx').then((module) => module.CreateUser));
const EditGroups = dynamic(() => import('./edit-groups.tsx').then((module) => module.EditGroups));
const DeleteUser = dynamic(() => import('./delete-user.tsx').then((module) => module.DeleteUser));

type Open = { deed: 'create' } | { deed: 'groups' | 'delete'; user: UserView } | null;

/** People and their groups; a user made through the API VM appears here too. */
export function UsersPage() {
  const trpc = useTRPC();
  const users = useQuery(trpc.users.list.queryOptions());
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const [open, setOpen] = useState<Open>(null);
  const refusal =
    stale ?? (rights['manage-users'] ? null : 'that takes one of the groups opsman.admin, uaa.admin or scim.write');
  const close = () => setOpen(null);
  return (
    <>
      <header className="head">
        <div>
          <h1>Users</h1>
          <p>
            {users.data
              ? `${count(users.data.length, 'user')}. Rights are groups; the console takes one of the opsman groups.`
              : 'Rights are groups.'}
          </p>
        </div>
        <div className="actions">
          <Button look="primary" refusal={refusal} onClick={() => setOpen({ deed: 'create' })}>
            <UserPlus className="i" aria-hidden="true" />
            Create user
          </Button>
        </div>
      </header>
      {users.error ? (
        <ErrorView what="The users could not be read." error={users.error} onRetry={() => void users.refetch()} />
      ) : null}
      {!users.data && !users.error ? <SkeletonRows label="Reading users" /> : null}
      {users.data ? <UserTable users={users.data} refusal={refusal} onOpen={setOpen} /> : null}
      {open?.deed === 'create' ? <CreateUser onClose={close} /> : null}
      {open?.deed === 'groups' ? <EditGroups user={open.user} onClose={close} /> : null}
      {open?.deed === 'delete' ? <DeleteUser user={open.user} onClose={close} /> : null}
      <CliLine command={cliTwins.users()} />
    </>
  );
}

function UserTable({
  users,
  refusal,
  onOpen,
}: {
  users: UserView[];
  refusal: string | null;
  onOpen: (open: Open) => void;
}) {
  const { userName } = useSession();
  return (
    <Card>
      <TableBox label="Users">
        <table className="table fleet-table">
          <thead>
            <tr>
              <th>User</th>
              <th>E-mail</th>
              <th>State</th>
              <th>Groups</th>
              <th>Last log-in</th>
              <th>
                <span className="sr">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.id}>
                <th scope="row">
                  {user.userName}
                  {user.userName === userName ? <span className="tag you">you</span> : null}
                </th>
                <td>{user.email}</td>
                <td>
                  <StateBadge
                    state={user.active ? 'running' : 'stopped'}
                    word={user.active ? 'Active' : 'Inactive'}
                    plain
                  />
                </td>
                <td className="groups">
                  {user.groups.map((group) => (
                    <span key={group.id} className="tag">
                      {group.displayName}
                    </span>
                  ))}
                  {user.groups.length === 0 ? <span className="cap">none: may not use anything</span> : null}
                </td>
                <td>{user.lastLogonAt ? <Ago at={user.lastLogonAt} /> : <span className="cap">never</span>}</td>
                <td className="num">
                  <Button small look="ghost" refusal={refusal} onClick={() => onOpen({ deed: 'groups', user })}>
                    Groups<span className="sr"> of {user.userName}</span>
                  </Button>
                  <Button
                    small
                    look="danger"
                    refusal={refusal ?? (user.userName === userName ? 'this is you' : null)}
                    onClick={() => onOpen({ deed: 'delete', user })}
                  >
                    Delete<span className="sr"> {user.userName}</span>
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}
