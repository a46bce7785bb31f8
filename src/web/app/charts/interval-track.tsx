import { tickText } from '../../../report/number-text.ts';
import type { Track } from '../../../report/svg/interval-track.ts';

type Interval = { readonly low: number; readonly high: number };
type Side = 'own' | 'global' | 'tie';

export function TrackAxis({ track }: { track: Track }) {
  return (
    <div className="track axis" aria-hidden="true">
      {track.ticks.map((tick) => (
        <span key={tick} style={{ left: track.at(tick) }}>
          {tickText(tick)}
        </span>
      ))}
    </div>
  );
}

/** An estimate and its 95 % interval; the same stands beside it in figures. */
export function TrackMark({
  track,
  value,
  interval,
  side,
}: {
  track: Track;
  value: number;
  interval: Interval;
  side: Side;
}) {
  return (
    <div className="track" aria-hidden="true">
      {track.ticks.map((tick) => (
        <i key={tick} className="tick" style={{ left: track.at(tick) }} />
      ))}
      <i className="zero" style={{ left: track.at(0) }} />
      <i
        className={`reach ${side}`}
        style={{
          left: track.at(interval.low),
          right: `calc(100% - ${track.at(interval.high)})`,
        }}
      />
      <i className={`point ${side}`} style={{ left: track.at(value) }} />
    </div>
  );
}
