/* Program texts: the user's, or else the scenario's example; and how they relate to the machine's. */
import { TYPES_TEXT, own } from '../../engine/index.ts';
import { EXAMPLE_TEXTS } from '../../scenarios/text-names.ts';
import { choices, choose } from './choices.ts';
import { type LabState, lab } from './lab.ts';
import { lineMap } from './line-map.ts';

/** `new`: no map was made from it. */
export type TextStatus = 'same' | 'changed' | 'new';

const exampleOf = (name: string): string | null => own(lab().scenario?.texts ?? {}, name) ?? null;

/** The read-only listing of a loaded object file: C above its instructions. */
const listingOf = (name: string): string | null =>
  lab().cold?.objects.find((object) => object.name === name)?.listing ?? null;

/** Whether a text is the declared types, which are C rather than a program. */
export const isTypes = (name: string): boolean => name === TYPES_TEXT;

export const isListing = (name: string): boolean => listingOf(name) !== null;

export const textOf = (name: string): string => listingOf(name) ?? own(choices().edits, name) ?? exampleOf(name) ?? '';

export const hasExample = (name: string): boolean => exampleOf(name) !== null;

/** Names of the scenario's texts, of the user's own texts, and of loaded objects. */
export function textNames(
  { scenario, cold }: Pick<LabState, 'scenario' | 'cold'>,
  edits: Readonly<Record<string, string>>,
): string[] {
  const examples = Object.keys(scenario?.texts ?? {});
  const mine = Object.keys(edits).filter((name) => !EXAMPLE_TEXTS.has(name) || isTypes(name));
  const others = mine.filter((name) => !examples.includes(name));
  const objects = cold?.objects.map(({ name }) => name) ?? [];
  return [...examples, ...others.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })), ...new Set(objects)];
}

/** What was shown before a chosen text that does not exist: an object that is still loading, or was refused; a deleted text. */
let shownBefore: string | null = null;

export function activeText(): string | null {
  const names = textNames(lab(), choices().edits);
  const { activeText: chosen } = choices();
  return [chosen, shownBefore].find((name) => name !== null && names.includes(name)) ?? names[0] ?? null;
}

/** Shows an object's listing once the object is loaded; the present text until then, and if the object is refused. */
export function awaitText(name: string): void {
  shownBefore = activeText();
  choose({ activeText: name });
}

export function editText(name: string, text: string): void {
  if (isListing(name)) return;
  const { [name]: _, ...others } = choices().edits;
  choose({ edits: text === exampleOf(name) ? others : { ...others, [name]: text } });
}

/** Whether the user created a text; only those can be renamed and deleted. */
export const isOwn = (name: string, edits: Readonly<Record<string, string>>): boolean =>
  Object.hasOwn(edits, name) && !EXAMPLE_TEXTS.has(name) && !hasExample(name);

export function deleteText(name: string): void {
  const { [name]: _, ...others } = choices().edits;
  const names = textNames(lab(), choices().edits);
  const at = names.indexOf(name);
  // the neighbour, by its name, so that to show it is part of this change
  const next = names[at + 1] ?? names[at - 1] ?? null;
  choose({ edits: others, ...(activeText() === name ? { activeText: next } : {}) });
}

/** Most letters of a name without its ending; a draft with names of more than 120 cannot be read again. */
export const MOST_NAME = 60;

/** The name of a text from what a user or a file says: letters, digits, `_`, `.` and `-`; may be empty. */
export const plainStem = (stem: string): string =>
  stem
    .trim()
    .replace(/[^\w.-]+/g, '_')
    .slice(0, MOST_NAME);

/** The name that a text gets by renaming: `stem-2.s` if the name is taken, its own if nothing usable is given. */
export function renamedTo(name: string, stem: string): string {
  const plain = plainStem(stem.trim().replace(/\.s$/, ''));
  const wanted = `${plain}.s`;
  if (plain === '' || wanted === name) return name;
  return isFree(wanted) ? wanted : freshName(wanted);
}

/** Renames a text; returns the new name. Breakpoints stay with the loaded text. */
export function renameText(name: string, stem: string): string {
  const fresh = renamedTo(name, stem);
  if (fresh === name) return name;
  const { [name]: text, ...others } = choices().edits;
  choose({ edits: { ...others, [fresh]: text ?? '' }, activeText: fresh });
  return fresh;
}

export function statusOf(name: string, text: string, loaded: LabState['loaded']): TextStatus {
  if (!Object.hasOwn(loaded, name)) return 'new';
  return loaded[name] === text ? 'same' : 'changed';
}

/**
 * Name under which the machine has a text that the editor shows under another: it was renamed after it was loaded. Null if the name is still
 * that of a text, which is then a copy.
 */
export function loadedAs(
  name: string,
  text: string,
  { loaded, scenario, cold }: Pick<LabState, 'loaded' | 'scenario' | 'cold'>,
  edits: Readonly<Record<string, string>>,
): string | null {
  if (text === '' || Object.hasOwn(loaded, name)) return null;
  const shown = textNames({ scenario, cold }, edits);
  const old = Object.keys(loaded).find((other) => loaded[other] === text && !shown.includes(other));
  return old ?? null;
}

/** A free name for a text that becomes another map: `bpf_reno-2.s` for `bpf_reno.s`. */
export function freshName(name: string): string {
  const stem = name.replace(/(-\d+)?\.s$/, '');
  const taken = new Set([...Object.keys(lab().loaded), ...Object.keys(choices().edits)]);
  let n = 2;
  while (taken.has(`${stem}-${n}.s`)) n++;
  return `${stem}-${n}.s`;
}

/** Whether a name is neither an example's nor an existing text's. */
const isFree = (name: string): boolean =>
  !EXAMPLE_TEXTS.has(name) && !Object.hasOwn(lab().loaded, name) && !textNames(lab(), choices().edits).includes(name);

/** Creates a text under this name or the next free one like it; returns the name. */
export function beginText(name: string, text: string): string {
  const given = isFree(name) ? name : freshName(name);
  editText(given, text);
  return given;
}

/**
 * The editor's texts for a restart: the scenario's, and types unless they are empty. The user's other programs are left
 * out: the scenario has no step that loads them, and a draft with an error would forbid the restart.
 */
export function restartTexts(): Record<string, string> {
  const names = textNames(lab(), choices().edits).filter(
    (name) => !isListing(name) && (hasExample(name) || (isTypes(name) && textOf(name).trim() !== '')),
  );
  return Object.fromEntries(names.map((name) => [name, textOf(name)]));
}

/** Whether a restart leaves a program out: the user's own, or an object that no step of the scenario loads. */
export function isLeftOut(name: string): boolean {
  if (isTypes(name) || hasExample(name)) return false;
  return lab().scenario?.steps.some(({ command }) => command.do === 'load-object' && command.object === name) !== true;
}

/** Line of the editor's text for a line of the loaded one; null when it no longer exists. */
export const shownLine = (name: string, loadedLine: number): number | null =>
  isListing(name) ? loadedLine : (lineMap(own(lab().loaded, name) ?? '', textOf(name))[loadedLine] ?? null);

/** Line of the loaded text for a line of the editor's; null when the machine lacks it. */
export function loadedLine(name: string, shown: number): number | null {
  if (isListing(name)) return shown;
  const loaded = own(lab().loaded, name);
  return loaded === undefined ? null : (lineMap(textOf(name), loaded)[shown] ?? null);
}
