import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { SignInForm } from '#components/entry/sign-in-form.tsx';
import { links } from '#components/links.ts';
import { serverCaller } from '#server/routers/caller.ts';

export const metadata: Metadata = { title: 'Log in' };

export default async function LoginPage({ searchParams }: { searchParams: Promise<{ next?: string }> }) {
  const [{ caller }, { next }] = await Promise.all([headers().then(serverCaller), searchParams]);
  if (!(await caller.session.isSetUp())) redirect(links.setup());
  if (await caller.session.get()) redirect(localPath(next));
  return (
    <>
      <div>
        <h1>Log in to Tessera</h1>
        <p className="muted">Operations console for Kubernetes fleets</p>
      </div>
      <SignInForm next={localPath(next)} />
    </>
  );
}

/** Only a path of this console may follow; anything else could lead a person away. */
const localPath = (next: string | undefined): string => (next && /^\/[A-Za-z0-9]/.test(next) ? next : links.products());
