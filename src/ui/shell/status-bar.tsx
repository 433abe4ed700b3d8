import { runCommand } from '../../page/commands/registry.ts';
import { Keys } from '../controls/keys.tsx';
import { useCalmFrame } from '../controls/use-frame.ts';
import { useKeeping } from '../../page/store/storage.ts';
import { useChoices } from '../../page/store/choices.ts';
import { PRESETS } from '../../page/store/presets.ts';
import { type LabState, useLab } from '../../page/store/lab.ts';

export function StatusBar() {
  const preset = useChoices((state) => state.preset);
  return (
    <footer className="status-bar">
      <EngineState />
      <MapCounts />
      <Work />
      <span className="spring" />
      <Kept />
      <div className="presets" role="group" aria-label="Layout">
        {PRESETS.map(({ id, title }, n) => (
          <button
            key={id}
            type="button"
            className="status-button"
            aria-pressed={id === preset}
            onClick={() => runCommand(`view.${id}`)}
          >
            {title} <Keys keys={String(n + 1)} />
          </button>
        ))}
      </div>
      <button type="button" className="status-button" onClick={() => runCommand('help.keys')}>
        Keys <Keys keys="?" />
      </button>
    </footer>
  );
}

/** Says whether typed text is saved. */
function Kept() {
  const keeps = useKeeping((state) => state.keeps);
  const said = keeps ? 'Texts saved in this browser' : 'Nothing is saved: this browser denies storage. Save as a file';
  return (
    <button
      type="button"
      className="status-button"
      aria-label={said}
      onClick={() => runCommand(keeps ? 'lab.kept' : 'share.save')}
    >
      <span className="long-words">{said}</span>
      <span className="short-words">{keeps ? 'Saved' : 'Not saved'}</span>
    </button>
  );
}

function words({ phase, job, playing, cpu }: LabState): string {
  if (phase === 'crashed') return 'Engine stopped';
  if (phase === 'asking') return 'Engine silent';
  if (job)
    return job.progress === null ? `Engine: ${job.name}` : `Engine: ${job.name}, ${Math.round(job.progress * 100)} %`;
  if (phase === 'starting') return 'Engine starting';
  if (playing) return 'Playing';
  return cpu ? `Stopped in ${cpu.progName}, instruction ${cpu.pc}` : 'Paused';
}

function EngineState() {
  const phase = useLab((state) => state.phase);
  const text = useLab(words);
  return (
    <span className="engine-state">
      <i className="dot" data-phase={phase} aria-hidden="true" />
      {text}
    </span>
  );
}

function MapCounts() {
  const cold = useLab((state) => state.cold);
  const maps = cold?.maps.filter(({ state }) => state !== 'FREED').toReversed() ?? [];
  return (
    <span className="map-counts">
      {maps.map(({ letter, id, refcnt }) => (
        <span key={letter} className="map-count">
          map {letter} #{id} <b className="mono">refcnt {refcnt}</b>
        </span>
      ))}
    </span>
  );
}

/** Work since the start of the run, at the cursor. */
function Work() {
  const { hot } = useCalmFrame();
  return (
    <span className="work">
      {hot.executedInsns.toLocaleString('en')} BPF instructions · {hot.packetsSent.toLocaleString('en')} packets ·{' '}
      {hot.drops} dropped
    </span>
  );
}
