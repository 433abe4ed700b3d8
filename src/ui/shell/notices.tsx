/* Notices to the user: one bar at the top right, newest first, each announced once. */
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { runCommand } from '../../page/commands/registry.ts';
import { stopEngine } from '../../page/engine/engine.ts';
import { dismiss, type ShownNotice, useLab } from '../../page/store/lab.ts';

/** Time for which a notice is shown, ms; it stays while the pointer or focus is on it, and if it is not about a run. */
const SHOWN_MS: Readonly<Record<ShownNotice['kind'], number>> = {
  info: 9000,
  refused: 30_000,
  stopped: 30_000,
  error: 30_000,
};

const KIND: Readonly<Record<ShownNotice['kind'], string>> = {
  info: 'Note',
  refused: 'Refused',
  stopped: 'Stopped',
  error: 'Error',
};

export function Notices() {
  const notices = useLab((state) => state.notices);
  const phase = useLab((state) => state.phase);
  // one at a time: what the engine needs to know goes first
  const isLast = phase !== 'crashed' && phase !== 'asking';
  return (
    <div className="notices" role="region" aria-label="Notices">
      {phase === 'crashed' && <Crash />}
      {phase === 'asking' && <Asking />}
      <div role="log" aria-live="polite" aria-label="Notices, newest last">
        {notices.map((notice, i) =>
          i === notices.length - 1 && isLast ? (
            <Bar key={notice.n} notice={notice} waiting={i} />
          ) : (
            <p key={notice.n} className="spoken">
              {KIND[notice.kind]}: {notice.title}. {notice.detail}{' '}
              {notice.text !== undefined && notice.line !== undefined && `${notice.text}:${notice.line + 1}`}
            </p>
          ),
        )}
      </div>
    </div>
  );
}

interface BarProps {
  readonly notice: ShownNotice;
  /** number of older ones, shown after this one */
  readonly waiting: number;
}

function Bar({ notice, waiting }: BarProps) {
  const { n, kind, title, detail, notKernel, lasting = false } = notice;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (lasting || held) return;
    const timer = setTimeout(() => dismiss(n), SHOWN_MS[kind]);
    return () => clearTimeout(timer);
  }, [n, kind, lasting, held]);
  return (
    <div
      className="notice"
      data-kind={kind}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="notice-kind">{KIND[kind]}</span>
      <div className="notice-text">
        <p className="notice-title">
          {title}
          {notKernel && <span className="tag">not kernel behaviour</span>}
        </p>
        <p>{detail}</p>
      </div>
      <WaysOn notice={notice} />
      {waiting > 0 && (
        <span className="note" title="Older notices wait until this one is dismissed">
          +{waiting}
        </span>
      )}
      <button
        type="button"
        className="button icon-only"
        aria-label="Dismiss"
        title="Dismiss (Escape)"
        onClick={() => dismiss(n)}
      >
        <X aria-hidden="true" />
      </button>
    </div>
  );
}

/** Buttons of what helps: the line that it is about, another attempt, the kernel's checks. */
function WaysOn({ notice: { n, kind, text, line, again, log } }: { readonly notice: ShownNotice }) {
  return (
    <>
      {text !== undefined && line !== undefined && (
        <button type="button" className="button" onClick={() => runCommand('program.show', { text, line })}>
          {text}:{line + 1}
        </button>
      )}
      {again && (
        <button
          type="button"
          className="button"
          onClick={() => {
            dismiss(n);
            again();
          }}
        >
          Try again
        </button>
      )}
      {log && (
        <button type="button" className="button" onClick={() => runCommand('view.side.processes')}>
          Processes
        </button>
      )}
      {kind === 'refused' && (
        <button type="button" className="button" onClick={() => runCommand('view.lifecycle.checks')}>
          Checks
        </button>
      )}
    </>
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
