/* Named labs, the texts of this lab, and drafts of other tabs. */
import { type FormEvent, useEffect, useState } from 'react';
import { dropDraft, otherDrafts } from '../../page/keep/draft.ts';
import { type Keeper, keeper, type KeptLab } from '../../page/keep/labs.ts';
import { labFile, readLabFile } from '../../page/share/codec.ts';
import { draftDoc } from '../../page/share/draft-doc.ts';
import { openLabDoc } from '../../page/share/open.ts';
import { renameEverywhere } from '../../page/bench/rename.ts';
import { saveFile } from '../../page/share/save.ts';
import { takeLab } from '../../page/share/take.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { choices, choose, useChoices } from '../../page/store/choices.ts';
import { lab, notify } from '../../page/store/lab.ts';
import { showOverlay } from '../../page/store/overlay.ts';
import { deleteText, isOwn, textNames } from '../../page/store/texts.ts';
import { Sheet } from '../controls/sheet.tsx';

const when = (ms: number): string => new Date(ms).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });

export function LabsSheet() {
  const [kept, setKept] = useState<{ readonly keeper: Keeper; readonly labs: readonly KeptLab[] } | null>(null);
  const refresh = (): void => {
    void keeper()
      .then(async (found) => setKept({ keeper: found, labs: await found.list() }))
      .catch((error: unknown) =>
        notify({ kind: 'error', title: 'The kept labs cannot be read', detail: String(error) }),
      );
  };
  useEffect(refresh, []);
  return (
    <Sheet title="My labs">
      {kept && <KeepThis keeper={kept.keeper} onKept={refresh} />}
      {kept?.keeper.passing && (
        <p className="note problem" role="status">
          This browser denies its database: what is kept here is gone when the page is closed. Save labs as files.
        </p>
      )}
      {kept && <Labs keeper={kept.keeper} labs={kept.labs} onChange={refresh} />}
      <Texts />
      <Drafts />
    </Sheet>
  );
}

interface KeepProps {
  readonly keeper: Keeper;
  readonly onKept: () => void;
}

function KeepThis({ keeper, onKept }: KeepProps) {
  const [name, setName] = useState(lab().scenario?.title ?? 'Lab');
  const keep = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const doc = await takeLab();
    if (!doc) return;
    const saved = Date.now();
    await keeper.put({ id: crypto.randomUUID(), name: name.trim() || 'Lab', saved, file: labFile(doc) });
    onKept();
  };
  return (
    <form className="form" onSubmit={(event) => void keep(event)}>
      <label className="field">
        <span>Keep this lab as</span>
        <input type="text" maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <div className="row">
        <button type="submit" className="button primary">
          Keep it
        </button>
        <button type="button" className="button" onClick={() => runCommand('share.save')}>
          Save as a file
        </button>
        <button type="button" className="button" onClick={() => runCommand('file.open')}>
          Open a file
        </button>
      </div>
    </form>
  );
}

interface LabsProps {
  readonly keeper: Keeper;
  readonly labs: readonly KeptLab[];
  readonly onChange: () => void;
}

function Labs({ labs, ...props }: LabsProps) {
  return (
    <section aria-label="Kept labs">
      <h3>Kept</h3>
      {labs.length === 0 && <p className="note">Nothing is kept under a name yet.</p>}
      <ul className="sheet-list">
        {labs.map((one) => (
          <LabRow key={one.id} lab={one} {...props} />
        ))}
      </ul>
    </section>
  );
}

function openKept(one: KeptLab): void {
  const decoded = readLabFile(one.file);
  if (decoded.ok) void openLabDoc(decoded.value, true).then(() => showOverlay(null));
  else {
    const detail = `${decoded.problem}. Save its text as a file to keep what is in it.`;
    notify({ kind: 'error', title: `${one.name} cannot be opened`, detail });
  }
}

interface LabRowProps extends Omit<LabsProps, 'labs'> {
  readonly lab: KeptLab;
}

function LabRow({ lab: one, keeper, onChange }: LabRowProps) {
  const change = (done: Promise<void>): void => void done.then(onChange);
  return (
    <li className="row">
      <input
        type="text"
        aria-label={`Name of ${one.name}`}
        defaultValue={one.name}
        onBlur={({ target }) => {
          const name = target.value.trim();
          if (name !== '' && name !== one.name) change(keeper.put({ ...one, name }));
        }}
      />
      <span className="note">{when(one.saved)}</span>
      <button type="button" className="button" aria-label={`Open ${one.name}`} onClick={() => openKept(one)}>
        Open
      </button>
      <button
        type="button"
        className="button"
        aria-label={`Copy ${one.name}`}
        onClick={() =>
          change(keeper.put({ ...one, id: crypto.randomUUID(), name: `${one.name} (copy)`, saved: Date.now() }))
        }
      >
        Copy
      </button>
      <button
        type="button"
        className="button"
        aria-label={`Save ${one.name} as a file`}
        onClick={() => saveFile(`${one.name}.ops.json`, one.file, 'application/json')}
      >
        File
      </button>
      <button
        type="button"
        className="button"
        aria-label={`Delete ${one.name}`}
        onClick={() => change(keeper.remove(one.id))}
      >
        Delete
      </button>
    </li>
  );
}

/** The user's own texts in this lab. */
function Texts() {
  const edits = useChoices((state) => state.edits);
  const own = textNames(lab(), edits).filter((name) => isOwn(name, edits));
  return (
    <section aria-label="Texts of my own">
      <h3>Texts of my own</h3>
      {own.length === 0 && <p className="note">None yet: register a changed text, or begin a new one.</p>}
      <ul className="sheet-list">
        {own.map((name) => (
          <li key={name} className="row">
            <input
              type="text"
              className="mono"
              aria-label={`Name of the text ${name}`}
              defaultValue={name}
              onBlur={({ target }) => {
                target.value = renameEverywhere(name, target.value);
              }}
            />
            <button
              type="button"
              className="button"
              aria-label={`A copy of ${name}`}
              onClick={() => {
                choose({ activeText: name });
                runCommand('text.duplicate');
              }}
            >
              Copy
            </button>
            <button
              type="button"
              className="button"
              aria-label={`Delete the text ${name}`}
              onClick={() => deleteText(name)}
            >
              Delete
            </button>
          </li>
        ))}
        <li>
          <button type="button" className="button" onClick={() => runCommand('program.new')}>
            New text
          </button>
        </li>
      </ul>
    </section>
  );
}

/** Drafts of other tabs, open or closed; each opens as a copy, so that none is overwritten. */
function Drafts() {
  const [drafts, setDrafts] = useState(otherDrafts);
  if (drafts.length === 0) return null;
  return (
    <section aria-label="Drafts of other tabs">
      <h3>Drafts of other tabs</h3>
      <ul className="sheet-list">
        {drafts.map(({ tab, saved, live, draft }) => (
          <li key={tab} className="row">
            <span>
              {draft.scenario ?? 'The first scenario'}: {Object.keys(draft.edits).join(', ') || 'no changed text'}
            </span>
            <span className="note">
              {when(saved)}, {live ? 'in an open tab' : 'its tab is closed'}
            </span>
            <button
              type="button"
              className="button"
              onClick={() => void openLabDoc(draftDoc(draft), true).then(() => showOverlay(null))}
            >
              Open a copy
            </button>
            {!live && (
              <button
                type="button"
                className="button"
                onClick={() => {
                  dropDraft(tab);
                  setDrafts(otherDrafts());
                }}
              >
                Delete
              </button>
            )}
          </li>
        ))}
      </ul>
      <p className="note">This tab has {Object.keys(choices().edits).length} changed texts of its own.</p>
    </section>
  );
}
