import { standIns } from '../../engine/index.ts';
import { useEffect, useRef, useState } from 'react';
import { CommandButton } from '../controls/command-button.tsx';
import { Pane } from '../controls/pane.tsx';
import { choose, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import {
  activeText,
  editText,
  isLeftOut,
  isListing,
  isTypes,
  loadedAs,
  statusOf,
  textNames,
  textOf,
} from '../../page/store/texts.ts';
import { Registers } from './registers.tsx';
import { ChevronDown, Plus, RotateCw } from 'lucide-react';
import { SAMPLES } from '../../scenarios/samples.ts';
import { reveal, useProblems } from '../../page/store/editor-link.ts';
import { commandById, isEnabled, runCommand } from '../../page/commands/registry.ts';
import { Choice } from '../controls/choice.tsx';
import { late } from '../controls/guard.tsx';

const EmptyEditor = late('The hints', () => import('./empty-editor.tsx').then((m) => m.EmptyEditor));

export function EditorPane() {
  const scenario = useLab((state) => state.scenario);
  const edits = useChoices((state) => state.edits);
  useChoices((state) => state.activeText);
  const cold = useLab((state) => state.cold);
  const names = textNames({ scenario, cold }, edits);
  const selected = activeText();
  if (selected === null && !scenario) return <section className="pane" aria-label="Programs" />;
  return (
    <Pane
      id="editor"
      title="Programs"
      titled={selected === null}
      tabs={names.map((name) => ({ id: name, title: name }))}
      selected={selected ?? ''}
      onSelect={(name) => choose({ activeText: name })}
      aside={<AddProgram />}
    >
      {selected === null ? (
        <div className="editor">
          <EmptyEditor without />
        </div>
      ) : (
        <>
          <TextEditor name={selected} />
          <ActionBar name={selected} />
          <Registers />
        </>
      )}
    </Pane>
  );
}

/** The editor without its head, for a tab of another pane. */
export function CodeTab() {
  const scenario = useLab((state) => state.scenario);
  const cold = useLab((state) => state.cold);
  const edits = useChoices((state) => state.edits);
  useChoices((state) => state.activeText);
  const selected = activeText();
  if (selected === null) return scenario && <EmptyEditor without />;
  const names = textNames({ scenario, cold }, edits);
  return (
    <>
      <div className="row code-choice">
        <Choice
          label="Program text"
          value={selected}
          items={names.map((name) => ({ value: name, title: name, note: '' }))}
          onChoose={(name) => choose({ activeText: name })}
        >
          <b className="mono">{selected}</b>
          <ChevronDown aria-hidden="true" />
        </Choice>
      </div>
      <TextEditor name={selected} />
      <ActionBar name={selected} />
      <Registers />
    </>
  );
}

/** Characters shown until Monaco is loaded: a few screens, since laying out 100,000 lines takes seconds. */
const FIRST = 20_000;

/** The editor: plain text until Monaco is loaded, an ordinary text field if it cannot be loaded. */
function TextEditor({ name }: { readonly name: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<'waiting' | 'ready' | 'failed'>('waiting');
  const [attempt, setAttempt] = useState(0);
  useChoices((state) => state.edits);
  const text = textOf(name);
  useEffect(() => {
    const { current } = place;
    if (!current) return;
    let ended = false;
    let dispose: (() => void) | undefined;
    import('../../editor/editor.ts')
      .then(({ mountEditor }) => {
        if (ended) return;
        dispose = mountEditor(current);
        setEditor('ready');
        // the retry button that had the focus is gone
        if (attempt > 0) current.querySelector('textarea')?.focus();
      })
      .catch(() => setEditor('failed'));
    return () => {
      ended = true;
      dispose?.();
    };
  }, [attempt]);
  return (
    <div className="editor">
      {editor === 'waiting' && (
        <pre className="plain-text" tabIndex={0}>
          {text.slice(0, FIRST)}
        </pre>
      )}
      {editor === 'failed' && (
        <p className="note" role="status">
          The editor could not be loaded; the text can be changed here.{' '}
          <button type="button" className="button" onClick={() => setAttempt(attempt + 1)}>
            Try again
          </button>
        </p>
      )}
      {editor === 'failed' && (
        <textarea
          className="plain-text"
          aria-label={`Program text ${name}`}
          spellCheck={false}
          value={text}
          onChange={(event) => editText(name, event.target.value)}
        />
      )}
      <div className="monaco-place" ref={place} hidden={editor === 'failed'} />
      {text.trim() === '' && <EmptyEditor />}
    </div>
  );
}

const WORDS = {
  same: '',
  changed: 'Text changed: breakpoints stop in the loaded one',
  new: 'Text not loaded yet',
} as const;

const TYPE_WORDS = {
  same: '',
  changed: 'Types changed: the machine still has the loaded ones',
  new: 'The machine gets these types at its next start',
} as const;

/** Menu to add programs: new ones, samples built by clang, or files of the user. */
function AddProgram() {
  const scenario = useLab((state) => state.scenario);
  const edits = useChoices((state) => state.edits);
  const items = [
    {
      value: 'program.new',
      title: 'New program',
      note: 'a name, a kernel struct, and a function for each required member',
    },
    ...SAMPLES.map(({ file, note }) => ({ value: file, title: file, note })),
    {
      value: 'program.types',
      title: 'Declare a struct_ops type',
      note: 'in C: any struct with function pointers, beside those of the kernel',
    },
    ...(textNames({ scenario, cold: null }, edits).some(isTypes)
      ? [
          {
            value: 'program.implement',
            title: 'Implement the declared type',
            note: 'a program with a function for each of its members',
          },
        ]
      : []),
    {
      value: OPEN,
      title: 'Open a file…',
      note: 'a .bpf.o that clang built, or BPF assembly; it can also be dropped on the page',
    },
    ...THIS_TEXT.filter(([id]) => isEnabled(commandById(id))).map(([value, title]) => ({
      value,
      title,
      note: '',
      group: 'The text that is shown',
    })),
  ];
  return (
    <Choice
      label="Add a program"
      value=""
      items={items}
      onChoose={(value) => (commandById(value) ? runCommand(value) : runCommand('file.sample', { file: value }))}
    >
      <Plus aria-hidden="true" />
    </Choice>
  );
}

const OPEN = 'file.open';

function ActionBar({ name }: { readonly name: string }) {
  useLab((state) => state.cold?.objects);
  if (!isListing(name)) return <TextActions name={name} />;
  return (
    <div className="action-bar" data-status="listing">
      <span className="status-word">Read only: clang’s instructions, with their C source</span>
    </div>
  );
}

/** Number of errors in the text, as a button that leads to the first. */
function Problems() {
  const { count, line } = useProblems();
  if (count === 0) return null;
  return (
    <button type="button" className="button problem" title={`To line ${line + 1}`} onClick={() => reveal(line)}>
      {count === 1 ? '1 problem' : `${count} problems`}
    </button>
  );
}

const THIS_TEXT = [
  ['text.duplicate', 'Duplicate'],
  ['text.rename-text', 'Rename'],
  ['text.download', 'Download'],
  ['program.reset-text', 'Reset to the example'],
  ['text.delete', 'Delete'],
] as const;

function TextActions({ name }: { readonly name: string }) {
  const loaded = useLab((state) => state.loaded);
  const cold = useLab((state) => state.cold);
  const edits = useChoices((state) => state.edits);
  const text = textOf(name);
  const status = statusOf(name, text, loaded);
  const types = isTypes(name);
  const scenario = useLab((state) => state.scenario);
  const isHung = useLab((state) => state.hung.has(text));
  const standIn =
    status === 'same' && scenario ? standIns(scenario.texts, loaded).find((one) => one.text === name) : null;
  const old = types ? null : loadedAs(name, text, { loaded, scenario, cold }, edits);
  const words =
    old === null ? (types ? TYPE_WORDS : WORDS)[status] : `The machine has this text under its old name, ${old}`;
  return (
    <div className="action-bar" data-status={status}>
      <span className="status-word" role="status">
        {isHung && status !== 'same' && <b className="problem">The engine stopped answering with this text. </b>}
        {standIn ? `Replaces ${standIn.from}: the scenario uses ${standIn.to}` : words}
      </span>
      <Problems />
      {(types || status !== 'new') && (
        <CommandButton command="program.restart" icon={<RotateCw aria-hidden="true" />}>
          {isLeftOut(name) ? 'Restart without this text' : 'Restart with this text'}
        </CommandButton>
      )}
      {!types && (
        <CommandButton command="program.register" showKey={status === 'new'}>
          Register as a new map
        </CommandButton>
      )}
    </div>
  );
}
