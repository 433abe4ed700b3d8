/* The waits between a map's last reference and its memory, as clocks that can be held and ended. */
import { timeText } from '../../views/words.ts';
import { GRACE_CLOCKS, type GraceClock, type GraceWait, type MapSnapshot } from '../../engine/index.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { useCalmFrame } from '../controls/use-frame.ts';

const CLOCK: Readonly<Record<GraceClock, string>> = { work: 'work item', rcu: 'RCU', tasks: 'RCU-tasks' };

interface GraceBarProps {
  readonly waiting: readonly MapSnapshot[];
  readonly held: readonly GraceClock[];
}

/** The waits as clocks, which show the map that waits longest. */
export function GraceBar({ waiting, held }: GraceBarProps) {
  const { hot } = useCalmFrame();
  const who = waiting.map(({ letter }) => letter).join(', ');
  return (
    <div className="map-bar grace" role="toolbar" aria-label="Grace periods">
      <b>Grace</b>
      <span className="note">{who === '' ? 'no map waits' : `map ${who}`}</span>
      {GRACE_CLOCKS.map((clock) => {
        const waits = waiting.flatMap(({ grace }) => grace.filter((wait) => wait.clock === clock));
        const isHeld = held.includes(clock);
        return (
          <span key={clock} className="clock" data-held={isHeld}>
            <Dial progress={progressOf(waits, hot.time)} />
            {CLOCK[clock]} <span className="note">{clockWords(waits, hot.time, isHeld)}</span>
            <button
              type="button"
              className="button small"
              aria-pressed={isHeld}
              title={`${isHeld ? 'Let go on' : 'Hold'}: ${CLOCK[clock]} (no kernel offers this)`}
              onClick={() => runCommand(`grace.${isHeld ? 'go' : 'hold'}.${clock}`)}
            >
              {isHeld ? 'go on' : 'hold'}
            </button>
            <button
              type="button"
              className="button small"
              title={`End ${CLOCK[clock]} now (no kernel offers this)`}
              onClick={() => runCommand(`grace.end.${clock}`)}
            >
              end
            </button>
          </span>
        );
      })}
    </div>
  );
}

/** Progress of the longest wait, 0 to 1; null when no map waits. */
function progressOf(waits: readonly GraceWait[], time: number): number | null {
  const [last] = waits.filter(({ endsAt }) => endsAt > 0).toSorted((a, b) => b.endsAt - a.endsAt);
  return last ? Math.max(0, Math.min(1, 1 - (last.endsAt - time) / last.span)) : null;
}

function clockWords(waits: readonly GraceWait[], time: number, held: boolean): string {
  const [last] = waits.filter(({ endsAt }) => endsAt > 0).toSorted((a, b) => b.endsAt - a.endsAt);
  if (held) return 'held';
  return last ? timeText(Math.max(0, last.endsAt - time)) : '–';
}

const RADIUS = 6;
const ROUND = 2 * Math.PI * RADIUS;

function Dial({ progress }: { readonly progress: number | null }) {
  return (
    <svg viewBox="0 0 16 16" className="dial" aria-hidden="true">
      <circle cx="8" cy="8" r={RADIUS} className="dial-ground" />
      {progress !== null && (
        <circle
          cx="8"
          cy="8"
          r={RADIUS}
          className="dial-hand"
          strokeDasharray={`${ROUND * progress} ${ROUND}`}
          transform="rotate(-90 8 8)"
        />
      )}
    </svg>
  );
}
