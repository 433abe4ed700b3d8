/* What the user should read, without standing in the way: bars over the foot of the page, spoken once. */
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { runCommand } from '../../page/commands/registry.ts';
import { stopEngine } from '../../page/engine/engine.ts';
import { dismiss, type ShownNotice, useLab } from '../../page/store/lab.ts';

/** Refusals and errors stay until they are sent away. */
const SHOWN_MS = 9000;

const KIND: Readonly<Record<ShownNotice['kind'], string>> = {
  info: 'Note',
  refused: 'Refused',
  stopped: 'Stopped',
  error: 'Error',
};

export function Notices() {
  const notices = useLab((state) => state.notices);
  const phase = useLab((state) => state.phase);
  return (
    <div className="notices" role="region" aria-label="Notices">
      {phase === 'crashed' && <Crash />}
      {phase === 'asking' && <Asking />}
      <div role="log" aria-live="polite" aria-label="Notices, newest last">
        {notices.map((notice) => (
          <Bar key={notice.n} notice={notice} />
        ))}
      </div>
    </div>
  );
}

function Bar({ notice }: { readonly notice: ShownNotice }) {
  const { n, kind, title, detail, text, line, notKernel } = notice;
  useEffect(() => {
    if (kind !== 'info') return;
    const timer = setTimeout(() => dismiss(n), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [n, kind]);
  return (
    <div className="notice" data-kind={kind}>
      <span className="notice-kind">{KIND[kind]}</span>
      <div className="notice-text">
        <p className="notice-title">
          {title}
          {notKernel && <span className="tag">not kernel behaviour</span>}
        </p>
        <p>{detail}</p>
      </div>
      {text !== undefined && line !== undefined && (
        <button type="button" className="button" onClick={() => runCommand('program.show', { text, line })}>
          {text}:{line + 1}
        </button>
      )}
      {kind === 'refused' && (
        <button type="button" className="button" onClick={() => runCommand('view.lifecycle.checks')}>
          Checks
        </button>
      )}
      <button type="button" className="button icon-only" aria-label="Dismiss" onClick={() => dismiss(n)}>
        <X aria-hidden="true" />
      </button>
    </div>
  );
}

function Asking() {
  return (
    <div className="notice" data-kind="stopped" role="alert">
      <span className="notice-kind">Silent</span>
      <p className="notice-text">The engine is still working: stop it?</p>
      <button type="button" className="button" onClick={stopEngine}>
        Stop
      </button>
    </div>
  );
}

function Crash() {
  const crash = useLab((state) => state.crash);
  return (
    <div className="notice" data-kind="error" role="alert">
      <span className="notice-kind">Error</span>
      <div className="notice-text">
        <p className="notice-title">The engine stopped</p>
        <p>{crash} Your texts are kept; the lab can be reset.</p>
      </div>
      <button type="button" className="button primary" onClick={() => runCommand('lab.reset')}>
        Reset the lab
      </button>
    </div>
  );
}
