'use client';

import { useRouter } from 'next/navigation';
import { createContext, type DragEvent, type ReactNode, useContext, useRef, useState } from 'react';
import { links } from '#components/links.ts';
import { useSession } from '#components/live/live-provider.tsx';
import type { Refusal } from '#components/live/refusal.ts';
import { showToast } from '#components/ui/toast.tsx';
import { sendProduct, type Upload } from './upload.ts';

type Import = {
  upload: Upload | null;
  refusal: Refusal | null;
  /** Why importing is not possible for this person, or null. */
  noRight: string | null;
  send: (file: File) => void;
  pick: () => void;
};

const ImportContext = createContext<Import | null>(null);

/** The import of a product file: one at a time, from any page, by button or by dropping a file anywhere. */
export function useImport(): Import {
  const context = useContext(ImportContext);
  if (!context) throw new Error('ProductDrop is missing above this component');
  return context;
}

/** Shell that takes product files dropped anywhere. */
export function ProductDrop({ children }: { children: ReactNode }) {
  const { csrf, rights } = useSession();
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [upload, setUpload] = useState<Upload | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const noRight = rights['import-product']
    ? null
    : 'importing takes the group opsman.admin, because jobs of a product run as root in its VMs';

  const send = (file: File) => {
    if (noRight) {
      showToast('attention', `Not imported: ${noRight}.`);
      return;
    }
    setRefusal(null);
    const { done, abort } = sendProduct(file, csrf, (sentBytes) =>
      setUpload((known) => (known ? { ...known, sentBytes } : known)),
    );
    setUpload({ name: file.name, totalBytes: file.size, sentBytes: 0, startedAt: performance.now(), abort });
    done
      .then(({ imported, upload: name, report }) => {
        if (imported) showToast('done', `${report.label} ${report.version} is imported, signed by ${report.signer}.`);
        router.push(imported ? links.products() : links.upload(name));
      })
      .catch((refused: Refusal) => {
        setRefusal(refused);
        showToast('failed', `${file.name} was not imported: ${refused.message}`);
      })
      .finally(() => setUpload(null));
  };

  const holdsFile = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return (
    <ImportContext value={{ upload, refusal, noRight, send, pick: () => input.current?.click() }}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button does the same by keyboard */}
      <div
        className={over ? 'shell dropping' : 'shell'}
        data-drop="Drop the product file to import it"
        onDragOver={(event) => {
          if (!holdsFile(event)) return;
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={(event) => {
          if (event.relatedTarget === null) setOver(false);
        }}
        onDrop={(event) => {
          setOver(false);
          const [file] = event.dataTransfer.files;
          if (!file) return;
          event.preventDefault();
          send(file);
        }}
      >
        {children}
        <input
          ref={input}
          type="file"
          hidden
          data-testid="product-file"
          accept=".tessera,.pivotal,.zip"
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file) send(file);
            event.target.value = '';
          }}
        />
      </div>
    </ImportContext>
  );
}
