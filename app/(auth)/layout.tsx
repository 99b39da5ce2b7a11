import type { ReactNode } from 'react';
import { EntryProvider } from '#components/entry/entry-provider.tsx';
import { BrandMark } from '#components/shell/brand-mark.tsx';

/** Frame of the pages before log-in. */
export default function EntryLayout({ children }: { children: ReactNode }) {
  return (
    <div className="login">
      <main>
        <p className="row entry-brand">
          <BrandMark size={24} />
          Tessera
        </p>
        <EntryProvider>{children}</EntryProvider>
      </main>
      <footer className="row wrap cap">
        <span>Every action is recorded under your name.</span>
      </footer>
    </div>
  );
}
