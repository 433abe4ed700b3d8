import { TYPES_TEXT } from '../../engine/index.ts';
import { move, registerNew, restart, setBreakpoints } from '../engine/engine.ts';
import { choices, choose } from '../store/choices.ts';
import { editorLink, reveal } from '../store/editor-link.ts';
import { lab, notify, useLab } from '../store/lab.ts';
import { lineMap } from '../store/line-map.ts';
import {
  activeText,
  editText,
  freshName,
  hasExample,
  isLeftOut,
  isListing,
  isTypes,
  loadedLine,
  restartTexts,
  statusOf,
  textOf,
} from '../store/texts.ts';
import { taking } from './args.ts';
import type { PageCommand } from './command.ts';

const hasText = (): boolean => lab().cold !== null && activeText() !== null;
const hasProgram = (): boolean => hasText() && !isTypes(activeText() ?? '');

/** Restarts with the texts of the editor; needs at least one program text. */
function restartWithTexts(unverified = false): void {
  const texts = restartTexts();
  const [empty] = Object.entries(texts).find(([, text]) => text.trim() === '') ?? [];
  if (empty !== undefined) {
    notify({ kind: 'error', title: `${empty} is empty`, detail: 'Write a program, or reset the text to the example.' });
    return;
  }
  const out = lab().cold?.objects.map(({ name }) => name) ?? [];
  const left = [...new Set([...out, activeText() ?? ''])].filter((name) => name !== '' && isLeftOut(name));
  restart(texts, unverified);
  for (const name of left) sayLeftOut(name, out.includes(name));
}

/** Tells that the scenario began again without a program, and how to have it. */
function sayLeftOut(name: string, isObject: boolean): void {
  const back = isObject
    ? 'Ctrl+Z outside of the editor brings it back, and undoes the restart.'
    : 'Ctrl+Shift+Enter registers it as a new map.';
  notify({
    kind: 'info',
    title: `The scenario does not use ${name}`,
    detail: `The restart left it out. ${back}`,
    lasting: true,
  });
}

async function registerAsNew(): Promise<void> {
  const name = activeText();
  if (name === null) return;
  if (isListing(name)) {
    notify({
      kind: 'info',
      title: `${name} is an object, already loaded`,
      detail: 'Its instructions cannot be registered as a text; open or drop the object again for another map.',
    });
    return;
  }
  const text = textOf(name);
  const types = textOf(TYPES_TEXT);
  const struct = statusOf(TYPES_TEXT, types, lab().loaded) === 'same' ? null : await structToDeclare(text);
  if (struct !== null) {
    notify({
      kind: 'info',
      title: `The machine lacks ${struct} as declared in ${TYPES_TEXT}`,
      detail: 'A kernel gets its types at boot: restart with this text first.',
    });
    return;
  }
  const fresh = statusOf(name, text, lab().loaded) === 'new' ? name : freshName(name);
  registerNew(fresh, text);
}

async function structToDeclare(text: string): Promise<string | null> {
  const { undeclaredStruct } = await import('../engine/new-text.ts');
  return undeclaredStruct(text);
}

async function declareTypes(): Promise<void> {
  if (textOf(TYPES_TEXT).trim() === '') {
    const { COUNTER_TYPES } = await import('../../scenarios/programs.ts');
    editText(TYPES_TEXT, COUNTER_TYPES);
  }
  choose({ activeText: TYPES_TEXT });
}

/** Begins a program for the declared type. */
async function implement(): Promise<void> {
  const { programFor } = await import('../engine/new-text.ts');
  const begun = await programFor(textOf(TYPES_TEXT));
  if (!begun) {
    const detail = 'Declare a struct with function pointers first.';
    notify({ kind: 'info', title: `${TYPES_TEXT} declares no type to implement`, detail });
    return;
  }
  const name = freshName(`${begun.name}.s`);
  editText(name, begun.text);
  choose({ activeText: name });
}

function resetText(): void {
  const name = activeText();
  const example = name === null ? undefined : lab().scenario?.texts[name];
  if (name === null || example === undefined) return;
  const editor = editorLink();
  if (editor) editor.replace(example);
  else editText(name, example);
}

/** Toggles a breakpoint; `line` is one of the editor's text, the breakpoint is set in the loaded text. */
function toggleBreakpoint(shown: number): void {
  const name = activeText();
  if (name === null) return;
  const line = loadedLine(name, shown);
  if (line === null) {
    notify({
      kind: 'info',
      title: 'This line is not in the loaded program yet',
      detail: 'Breakpoints stop in the loaded program: restart with this text first.',
    });
    return;
  }
  const { breakpoints } = choices();
  const others = breakpoints.filter((one) => one.text !== name || one.line !== line);
  choose({ breakpoints: others.length < breakpoints.length ? others : [...others, { text: name, line }] });
  setBreakpoints();
}

/** Moves breakpoints with their lines when the machine gets another text. */
useLab.subscribe((now, before) => {
  if (now.loaded === before.loaded) return;
  const moved = choices().breakpoints.flatMap((one) => {
    const { text, line } = one;
    if (before.loaded[text] === undefined || now.loaded[text] === undefined) return [one];
    const to = lineMap(before.loaded[text], now.loaded[text])[line];
    return to === null || to === undefined ? [] : [{ ...one, line: to }];
  });
  if (JSON.stringify(moved) === JSON.stringify(choices().breakpoints)) return;
  choose({ breakpoints: moved });
  setBreakpoints();
});

export const PROGRAM_COMMANDS: readonly PageCommand[] = [
  {
    id: 'program.restart',
    title: 'Restart with this text',
    group: 'Program',
    keys: ['Ctrl+Enter'],
    when: hasText,
    run: () => restartWithTexts(),
  },
  {
    id: 'program.restart-unverified',
    title: 'Restart, and run what the verifier refuses (no kernel does that)',
    group: 'Program',
    when: () => lab().scenario !== null,
    run: () => restartWithTexts(true),
  },
  {
    id: 'program.register',
    title: 'Register this text as a new map',
    group: 'Program',
    keys: ['Ctrl+Shift+Enter'],
    when: hasProgram,
    run: registerAsNew,
  },
  {
    id: 'program.types',
    title: 'Declare a struct_ops type, in C',
    group: 'Program',
    when: () => lab().cold !== null,
    run: () => void declareTypes(),
  },
  {
    id: 'program.implement',
    title: 'Begin a program for the declared struct_ops type',
    group: 'Program',
    when: () => lab().cold !== null && textOf(TYPES_TEXT) !== '',
    run: () => void implement(),
  },
  taking('program.breakpoint', {
    title: 'Breakpoint on or off',
    group: 'Program',
    keys: ['F9'],
    when: hasProgram,
    run: ({ line }) => {
      const at = line ?? editorLink()?.line();
      if (at !== undefined) toggleBreakpoint(at);
    },
  }),
  {
    id: 'program.run-to',
    title: 'Run to the line of the cursor',
    group: 'Program',
    keys: ['Ctrl+F10'],
    when: hasProgram,
    run: () => {
      const name = activeText();
      const shown = editorLink()?.line();
      const line = name === null || shown === undefined ? null : loadedLine(name, shown);
      if (name !== null && line !== null) move({ type: 'run-to', text: name, line });
      else
        notify({
          kind: 'info',
          title: 'This line is not in the loaded program',
          detail: 'Restart with this text first.',
        });
    },
  },
  {
    id: 'program.heat',
    title: 'Heat map on or off: how often each line ran so far',
    group: 'Program',
    keys: ['H'],
    when: hasText,
    run: () => choose({ heat: !choices().heat }),
  },
  {
    id: 'program.no-breakpoints',
    title: 'Remove all breakpoints',
    group: 'Program',
    when: () => choices().breakpoints.length > 0,
    run: () => {
      choose({ breakpoints: [] });
      setBreakpoints();
    },
  },
  {
    id: 'program.reset-text',
    title: 'Reset this text to the example',
    group: 'Program',
    when: () => {
      const name = activeText();
      return name !== null && hasExample(name) && name in choices().edits;
    },
    run: resetText,
  },
  {
    id: 'program.focus',
    title: 'To the editor',
    group: 'Program',
    keys: ['E'],
    when: () => editorLink() !== null,
    run: () => {
      choose({ tabs: { ...choices().tabs, narrow: 'code' } });
      editorLink()?.focus();
    },
  },
  taking('program.show', {
    title: 'Show a line',
    group: 'Program',
    hidden: true,
    run: ({ text, line }) => {
      choose({ activeText: text, tabs: { ...choices().tabs, narrow: 'code' } });
      requestAnimationFrame(() => reveal(line));
    },
  }),
];
