import NextLink from 'next/link';
import type { ComponentProps } from 'react';

/**
 * A link inside the console. Nothing is fetched before the press: pages are made per request, so asking ahead saves a press nothing
 * (docs/benchmarks.md), and a page with fifty links would ask the server a hundred times.
 */
export function Link(props: Omit<ComponentProps<typeof NextLink>, 'prefetch'>) {
  return <NextLink {...props} prefetch={false} />;
}
