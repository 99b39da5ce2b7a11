import type { SimulatedNews, World } from './world.ts';

/** More unread news than a whole fleet makes means that nobody reads. */
const MOST_UNREAD = 100_000;

/** News of VMs from now on, in order; ends when the signal aborts. */
export async function* watchVms(world: World, signal: AbortSignal): AsyncGenerator<SimulatedNews> {
  const unread: SimulatedNews[] = [];
  let wake = (): void => undefined;
  const unwatch = world.watch((news) => {
    if (unread.length < MOST_UNREAD) unread.push(news);
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const news = unread.shift();
      if (news) yield news;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    unwatch();
  }
}
