import { Terminal } from 'lucide-react';
import { CopyButton } from './copy-button.tsx';

/** "Same in the CLI": the exact command with the ids of this page. */
export function CliLine({ command, bare = false }: { command: string; bare?: boolean }) {
  return (
    <div className={bare ? 'cli grow' : 'cli'}>
      <Terminal className="i" aria-hidden="true" />
      {bare ? null : <span className="nowrap">Same in the CLI</span>}
      <code className="clip grow" title={command}>
        {command}
      </code>
      <CopyButton text={command} label="Copy command" iconOnly />
    </div>
  );
}
