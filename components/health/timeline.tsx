'use client';

import { ChevronLeft, ChevronRight, Minus, Plus } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { StateShape } from '#components/ui/state-shape.tsx';
import { TimelineChoice } from './timeline-choice.tsx';
import { TIMELINE_LANES, type TimelineItem, type TimelineLane } from './timeline-items.ts';
import { actionOf, type Drawn, drawnOf, LABEL_ROOM, TURN_AT } from './timeline-keys.ts';
import { LEAST_SPAN_MS, pan, percentOf, type Stretch, ticksOf, zoom } from './timeline-scale.ts';

/**
 * Lanes over one time axis. Drag to zoom; one tab stop, in which the arrow keys go from event to event, + and − zoom, Page Up and Page
 * Down move, Home shows all. What is chosen is told below.
 */
export function Timeline({ items, whole }: { items: readonly TimelineItem[]; whole: Stretch }) {
  const [zoomed, setZoomed] = useState<Stretch | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const plot = useRef<HTMLDivElement>(null);
  // what is drawn changes with a key; the focus stays on what is chosen
  const focusNext = useRef(false);
  useEffect(() => {
    if (!focusNext.current) return;
    focusNext.current = false;
    plot.current?.querySelector<HTMLButtonElement>('.tl-item[tabindex="0"]')?.focus();
  });
  const view = zoomed ?? whole;
  const drawn = drawnOf(items, view);
  const active = drawn.find(({ bunch }) => bunch.items.some((item) => item.id === chosen)) ?? drawn.at(-1);
  const change = (next: Stretch) => setZoomed(next.from <= whole.from && next.to >= whole.to ? null : next);

  const choose = (next: Drawn | undefined) => {
    const id = next?.bunch.items[0]?.id;
    if (id === undefined) return;
    setChosen(id);
    focusNext.current = true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = actionOf(event.key, { drawn, active, view, whole, choose, change, showAll: () => setZoomed(null) });
    if (!act) return;
    event.preventDefault();
    focusNext.current = true;
    act();
  };
  return (
    <>
      <div className="tl-tools">
        <span className="cap" suppressHydrationWarning>
          {timeOf(view.from, true)} to {zoomed ? timeOf(view.to, true) : 'now'}, drag to zoom
        </span>
        <span className="push row">
          <Tool name="Earlier" icon={ChevronLeft} onPress={() => change(pan(view, whole, -0.5))} />
          <Tool name="Zoom out" icon={Minus} onPress={() => change(zoom(view, whole, 2))} />
          <Tool name="Zoom in" icon={Plus} onPress={() => change(zoom(view, whole, 0.5))} />
          <Tool name="Later" icon={ChevronRight} onPress={() => change(pan(view, whole, 0.5))} />
          <button
            type="button"
            className="btn sm ghost"
            onClick={() => setZoomed(null)}
            aria-disabled={zoomed === null}
          >
            Show all
          </button>
        </span>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the buttons inside, which hold the focus */}
      <div className="tl" ref={plot} onKeyDown={onKeyDown}>
        {TIMELINE_LANES.map((lane) => (
          <Lane
            key={lane}
            lane={lane}
            drawn={drawn.filter((each) => each.lane === lane)}
            view={view}
            active={active}
            onChoose={choose}
            onZoom={change}
          />
        ))}
        <Axis view={view} isLive={zoomed === null} />
      </div>
      <TimelineChoice items={active?.bunch.items ?? []} isChosen={chosen !== null} />
    </>
  );
}

function Tool({ name, icon: Icon, onPress }: { name: string; icon: typeof Plus; onPress: () => void }) {
  return (
    <button type="button" className="btn sm ghost icon" title={name} aria-label={name} onClick={onPress}>
      <Icon className="i" aria-hidden="true" />
    </button>
  );
}

/** A shape so near the end has no room at its right, not even for a number. */
const END = 95;

type LaneProps = {
  lane: TimelineLane;
  drawn: Drawn[];
  view: Stretch;
  active: Drawn | undefined;
  onChoose: (drawn: Drawn) => void;
  onZoom: (next: Stretch) => void;
};

function Lane({ lane, drawn, view, active, onChoose, onZoom }: LaneProps) {
  const drag = useDragZoom(view, onZoom);
  return (
    <div className="tl-row">
      <span className="tl-name">{lane}</span>
      <div className="tl-lane" {...drag.handlers}>
        {drag.band ? <i className="tl-band" style={placeStyle(drag.band.x, drag.band.width)} /> : null}
        {drawn.map((each) => (
          <Mark key={each.bunch.items[0]?.id} drawn={each} view={view} isActive={each === active} onChoose={onChoose} />
        ))}
      </div>
    </div>
  );
}

function Mark({
  drawn,
  view,
  isActive,
  onChoose,
}: {
  drawn: Drawn;
  view: Stretch;
  isActive: boolean;
  onChoose: (drawn: Drawn) => void;
}) {
  const { items, from } = drawn.bunch;
  const [item] = items;
  if (!item) return null;
  const x = percentOf(from, view);
  const isTurned = x > TURN_AT && (drawn.room >= LABEL_ROOM || x > END);
  return (
    <>
      {items.map((each) => (
        <Span key={each.id} item={each} view={view} />
      ))}
      <button
        type="button"
        className={isTurned ? 'tl-item turned' : 'tl-item'}
        data-state={item.state}
        data-item={item.id}
        style={placeStyle(x, 0, drawn.room)}
        tabIndex={isActive ? 0 : -1}
        aria-pressed={isActive}
        onClick={() => onChoose(drawn)}
      >
        <StateShape state={item.state} />
        {drawn.room >= LABEL_ROOM ? (
          <span className="tl-label" aria-hidden="true">
            {item.title}
          </span>
        ) : null}
        {items.length > 1 ? (
          <span className="tl-more" aria-hidden="true">
            +{items.length - 1}
          </span>
        ) : null}
        <span className="sr">
          {drawn.lane}, {timeOf(from, true)}: {items.map((each) => each.title).join(', ')}
        </span>
      </button>
    </>
  );
}

function Span({ item, view }: { item: TimelineItem; view: Stretch }) {
  const x = percentOf(item.from, view);
  const width = percentOf(item.to ?? view.to, view) - x;
  return width > 0.4 ? <i className="tl-span" data-state={item.state} style={placeStyle(x, width)} /> : null;
}

function Axis({ view, isLive }: { view: Stretch; isLive: boolean }) {
  const fine = view.to - view.from < 10 * 60_000;
  return (
    <div className="tl-row axis-row" aria-hidden="true">
      <span />
      <div className="tl-axis">
        {ticksOf(view)
          .filter((tick) => percentOf(tick, view) < 94)
          .map((tick) => (
            <span key={tick} style={placeStyle(percentOf(tick, view), 0)} suppressHydrationWarning>
              {timeOf(tick, fine)}
            </span>
          ))}
        <span className="end">{isLive ? 'now' : timeOf(view.to, fine)}</span>
      </div>
    </div>
  );
}

/** A stretch drawn with the pointer becomes the view; a press without a move is left to what it hit. */
function useDragZoom(view: Stretch, onZoom: (next: Stretch) => void) {
  const [band, setBand] = useState<{ start: number; x: number; width: number } | null>(null);
  const shareOf = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(100, ((event.clientX - box.left) / box.width) * 100));
  };
  const timeAt = (share: number) => view.from + ((view.to - view.from) * share) / 100;
  return {
    band: band && band.width > 0 ? band : null,
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
        if (event.button !== 0 || event.target !== event.currentTarget) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setBand({ start: shareOf(event), x: shareOf(event), width: 0 });
      },
      onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
        if (!band) return;
        const share = shareOf(event);
        setBand({ start: band.start, x: Math.min(share, band.start), width: Math.abs(share - band.start) });
      },
      onPointerUp: () => {
        if (!band) return;
        const next = { from: timeAt(band.x), to: timeAt(band.x + band.width) };
        setBand(null);
        if (band.width > 0.5)
          onZoom(next.to - next.from < LEAST_SPAN_MS ? { ...next, to: next.from + LEAST_SPAN_MS } : next);
      },
      onPointerCancel: () => setBand(null),
    },
  };
}

/** Custom properties `--x` and `--w`, per cent of the axis, and `--room`, its number for a label. */
const placeStyle = (x: number, width: number, room = 0): CSSProperties =>
  // React's CSSProperties has no custom properties; the stylesheet reads these
  ({ '--x': `${x}%`, '--w': `${width}%`, '--room': room }) as CSSProperties;

const timeOf = (ms: number, withSeconds: boolean): string =>
  new Date(ms).toLocaleTimeString('en-GB', withSeconds ? {} : { hour: '2-digit', minute: '2-digit' });
