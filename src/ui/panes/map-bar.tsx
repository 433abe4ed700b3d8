/* The bar below the lifecycle: actions on the selected map, and the waits before it is freed. */
import { timeText } from '../../views/words.ts';
import { SITUATION_WORDS } from '../../views/lifecycle/edges.ts';
import { readySituation } from '../../views/modules/ready.ts';
import { GRACE_CLOCKS, type GraceClock, type GraceWait, type MapSnapshot } from '../../engine/index.ts';
import { MAP_VERBS } from '../../page/commands/map.ts';
import { unusedMaps } from '../../page/unused.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { useCalmFrame } from '../controls/use-frame.ts';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';

function situation(map: MapSnapshot): string {
  if (map.inGrace) return 'no reference: its grace periods pass';
  if (map.state === 'READY') return SITUATION_WORDS[readySituation(map)];
  if (map.state === 'TOBEFREE' && map.refcnt === 0) return 'unused, kept by an fd or a pin';
  return '';
}

export function MapBar() {
  const cold = useLab((state) => state.cold);
  const letter = useChoices((state) => state.selection.map);
  const map = cold?.maps.find((one) => one.letter === letter);
  const waiting = cold?.maps.filter(({ inGrace }) => inGrace) ?? [];
  const held = cold?.heldClocks ?? [];
  return (
    <>
      <Unused />
      {(waiting.length > 0 || held.length > 0) && <GraceBar waiting={waiting} held={held} />}
      {map && (
        <div className="map-bar" role="toolbar" aria-label={`Map ${map.letter}`}>
          <b>Map {map.letter}</b>
          <span className="note">{situation(map)}</span>
          {MAP_VERBS.filter(({ links, shown }) => (!links || map.forLinks) && (shown?.(map) ?? true)).map(
            ({ id, word, title }) => (
              <button
                key={id}
                type="button"
                className="button small"
                title={title}
                onClick={() => runCommand(`map.${id}`, { map: map.letter })}
              >
                {word}
              </button>
            ),
          )}
        </div>
      )}
    </>
  );
}

/** Suggests two ways to use a map that the user registered. */
function Unused() {
  const cold = useLab((state) => state.cold);
  const scenario = useLab((state) => state.scenario);
  const map = cold && scenario ? unusedMaps(cold, scenario).at(-1) : undefined;
  if (!map) return null;
  const { letter, ccName } = map;
  return (
    <div className="map-bar" role="status">
      <span>
        <b>{ccName}</b> is registered as map {letter}, no connection uses it
      </span>
      <button type="button" className="button small" onClick={() => runCommand('map.connect', { map: letter })}>
        Connect one
      </button>
      <button
        type="button"
        className="button small"
        title="Every open connection changes to it (setsockopt TCP_CONGESTION)"
        onClick={() => runCommand('map.use', { map: letter })}
      >
        Use it here
      </button>
    </div>
  );
}

const CLOCK: Readonly<Record<GraceClock, string>> = { work: 'work item', rcu: 'RCU', tasks: 'RCU-tasks' };

interface GraceBarProps {
  readonly waiting: readonly MapSnapshot[];
  readonly held: readonly GraceClock[];
}

/** The waits as clocks, which show the map that waits longest. */
function GraceBar({ waiting, held }: GraceBarProps) {
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
