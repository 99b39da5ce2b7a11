'use client';

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

/** Copies `text`; says so in the button for two seconds. */
export function CopyButton({
  text,
  label = 'Copy',
  iconOnly = false,
}: {
  text: string;
  label?: string;
  iconOnly?: boolean;
}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      className={iconOnly ? 'btn sm ghost icon' : 'btn sm ghost'}
      onClick={copy}
      title={iconOnly ? label : undefined}
    >
      <Icon className="i" aria-hidden="true" />
      <span className={iconOnly ? 'sr' : undefined} aria-live="polite">
        {copied ? 'Copied' : label}
      </span>
    </button>
  );
}
