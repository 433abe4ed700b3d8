import type { ColdSnapshot, Holder, MapSnapshot, ObjectSnapshot } from '../../engine/index.ts';
import { counts, holderName, timeText } from '../../views/words.ts';
import { useCalmFrame } from '../controls/use-frame.ts';
import { useLab } from '../../page/store/lab.ts';
import { CreatorNotes, OtherMap } from './map-contents.tsx';

/** Lists processes, maps, programs and the default congestion control, as ps, bpftool and sysctl do. */
export function ProcessesTab() {
  const cold = useLab((state) => state.cold);
  if (!cold) return null;
  return (
    <div className="listing" tabIndex={0} role="region" aria-label="Processes, maps and programs">
      <Processes processes={cold.processes} />
      <Maps maps={cold.maps} />
      {cold.objects.map((object) => (
        <ObjectMaps key={`${object.process} ${object.name}`} object={object} />
      ))}
      <Programs maps={cold.maps} />
      <Messages />
      <h3>net.ipv4.tcp_available_congestion_control</h3>
      <p className="mono">{cold.available.join(' ')}</p>
    </div>
  );
}

/** Maps that the programs of an object use, with their contents. */
function ObjectMaps({ object }: { readonly object: ObjectSnapshot }) {
  if (object.maps.length === 0) return null;
  return (
    <>
      <h3>Maps of {object.name}</h3>
      <ul>
        {object.maps.map((map) => (
          <OtherMap key={map.id} process={object.process} object={object.name} map={map} />
        ))}
      </ul>
    </>
  );
}

const SHOWN_MESSAGES = 40;

/** Lines of libbpf, programs and ring buffers up to the cursor, newest first. */
function Messages() {
  const history = useLab((state) => state.history);
  const { hot } = useCalmFrame();
  const said = history?.messages.filter(({ event }) => event <= hot.event) ?? [];
  if (said.length === 0) return null;
  return (
    <>
      <h3>Said</h3>
      <ul>
        {said
          .slice(-SHOWN_MESSAGES)
          .toReversed()
          .map(({ time, process, source, level, text }, i) => (
            <li key={i} className={level === 'warn' || level === 'error' ? 'problem' : undefined}>
              <span className="note">
                {timeText(time)} {process ?? ''} {source}
              </span>
              <span className="mono block">{text}</span>
            </li>
          ))}
      </ul>
    </>
  );
}

function Processes({ processes }: Pick<ColdSnapshot, 'processes'>) {
  return (
    <>
      <h3>Processes</h3>
      <ul>
        {processes.map(({ pid, name, alive, fds }) => (
          <li key={pid} className={alive ? undefined : 'gone'}>
            <span className="mono">
              {pid} {name}
            </span>
            <span className="note">{alive ? (fds.length === 0 ? 'no fds' : '') : 'exited'}</span>
            {alive && fds.length > 0 && (
              <ul>
                {fds.map(({ fd, text }) => (
                  <li key={fd} className="mono">
                    fd {fd} → {text}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Text of a holder; an open file's number is internal to the kernel, so it is not shown. */
const holderWords = (holder: Holder): string =>
  holder.kind === 'file'
    ? 'an open fd (not counted)'
    : holderName(holder) + (counts(holder.kind) ? '' : ' (not counted)');

function Maps({ maps }: { readonly maps: readonly MapSnapshot[] }) {
  return (
    <>
      <h3>struct_ops maps</h3>
      {maps.length === 0 && <p className="note">None yet.</p>}
      <ul>
        {maps.map(({ letter, id, name, struct, state, refcnt, inGrace, holders }) => (
          <li key={letter}>
            <span className="mono">
              <b>{letter}</b> {state === 'FREED' || inGrace ? 'id gone' : `id ${id}`} {name}
            </span>
            <span className="note" data-state={state}>
              {state}
              {inGrace ? ', grace period' : `, refcnt ${refcnt}`}
            </span>
            {holders.length > 0 && <span className="note block">held by {holders.map(holderWords).join(', ')}</span>}
            {state !== 'FREED' && !inGrace && <CreatorNotes id={id} struct={struct} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function Programs({ maps }: { readonly maps: readonly MapSnapshot[] }) {
  const progs = maps.flatMap(({ letter, progs }) => progs.map((prog) => ({ letter, ...prog })));
  return (
    <>
      <h3>Programs</h3>
      {progs.length === 0 && <p className="note">None yet.</p>}
      <ul>
        {progs.map(({ letter, id, name, member, insnCount, stopped }) => (
          <li key={id}>
            <span className="mono">
              {id} {name}
            </span>
            <span className="note">
              {letter}.{member}, {insnCount} insns
            </span>
            {stopped !== null && <span className="note block problem">stopped: {stopped}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
