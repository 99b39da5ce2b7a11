import { placeStyle } from './place-style.ts';
import { type TimeAxis, ticksOf, xOf } from './time-axis.ts';

/** The seconds under strips and lanes; the numbers beside them say the same in words. */
export function AxisTrack({ axis }: { axis: TimeAxis }) {
  return (
    <div className="track" aria-hidden="true">
      <span />
      <div className="axis">
        {ticksOf(axis).map((tick) => (
          <span key={tick.ms} style={placeStyle(xOf(axis, tick.ms))}>
            {tick.label}
          </span>
        ))}
      </div>
      <span />
    </div>
  );
}
