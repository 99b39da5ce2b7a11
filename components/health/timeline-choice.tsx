'use client';

import { links } from '#components/links.ts';
import { count } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { Clock } from '#components/ui/time.tsx';
import type { TimelineItem } from './timeline-items.ts';

const MOST_TOLD = 4;

/** What is chosen on a timeline, in words; how to choose while nothing is. */
export function TimelineChoice({ items, isChosen }: { items: readonly TimelineItem[]; isChosen: boolean }) {
  if (!isChosen || items.length === 0)
    return (
      <p className="tl-told cap">
        {items.length === 0 ? 'Nothing happened in this time.' : 'Choose an event to read what it was.'}
      </p>
    );
  return (
    <ul className="tl-told" aria-live="polite">
      {items.slice(0, MOST_TOLD).map((item) => (
        <li key={item.id} className="row wrap" data-state={item.state}>
          <StateShape state={item.state} />
          <Clock at={new Date(item.from).toISOString()} />
          <strong>{item.title}</strong>
          <span className="muted">{item.detail}</span>
          <ItemLink item={item} />
        </li>
      ))}
      {items.length > MOST_TOLD ? (
        <li className="cap">and {count(items.length - MOST_TOLD, 'more event')}; zoom in to tell them apart</li>
      ) : null}
    </ul>
  );
}

/** The page that tells more of an event; nothing when there is none. */
export function ItemLink({ item }: { item: Pick<TimelineItem, 'target'> }) {
  const { target } = item;
  if (target === null) return null;
  const href = {
    task: links.task(target.id),
    drill: links.drill(target.id),
    alert: `${links.alerts()}#alert-${target.id}`,
  }[target.kind];
  return (
    <Link className="link" href={href}>
      {target.kind} {target.id}
    </Link>
  );
}
