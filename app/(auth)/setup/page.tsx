import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { SetUpForm } from '#components/entry/set-up-form.tsx';
import { links } from '#components/links.ts';
import { serverCaller } from '#server/routers/caller.ts';

export const metadata: Metadata = { title: 'First-run set-up' };

export default async function SetUpPage() {
  const { caller } = await serverCaller(await headers());
  if (await caller.session.isSetUp()) redirect(links.login());
  return (
    <>
      <div>
        <h1>Set up Tessera</h1>
        <p className="muted">
          Once for this installation: an administrator and the passphrase that protects its secrets.
        </p>
      </div>
      <SetUpForm keyFile={await caller.settings.keyPlace()} />
    </>
  );
}
