'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';

type DialogProps = {
  title: string;
  /** One sentence under the title; read out with it. */
  description?: ReactNode;
  onClose: () => void;
  footer?: ReactNode;
  children: ReactNode;
  wide?: boolean;
};

/** A dialog for a decision. It is mounted open; `Esc`, the backdrop and the cross call `onClose`. Focus returns to the opener. */
export function Dialog({ title, description, onClose, footer, children, wide = false }: DialogProps) {
  return (
    <Base.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className={wide ? 'dialog wide' : 'dialog'}>
          <header>
            <Base.Title render={(props) => <h2 {...props} />}>{title}</Base.Title>
            <Base.Close className="btn sm ghost icon" aria-label="Close">
              <X className="i" aria-hidden="true" />
            </Base.Close>
          </header>
          <div className="body">
            {description ? <Base.Description className="muted">{description}</Base.Description> : null}
            {children}
          </div>
          {footer ? <footer>{footer}</footer> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
