import { ErrorView } from '#components/ui/error-view.tsx';

/** A page that could not be read still says which it is. */
export function PageFault({
  title,
  what,
  error,
  onRetry,
}: {
  title: string;
  what: string;
  error: unknown;
  onRetry: () => void;
}) {
  return (
    <>
      <header className="head">
        <h1>{title}</h1>
      </header>
      <ErrorView what={what} error={error} onRetry={onRetry} />
    </>
  );
}
