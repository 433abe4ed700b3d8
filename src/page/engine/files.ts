/*
 * Opens files from the user, recognised by content, never by name alone. Nothing runs unless the user asked: an object
 * is loaded because it was opened or dropped here.
 */
import { isVerifierLog, toBase64 } from '../../engine/index.ts';
import { choose, chooseTab } from '../store/choices.ts';
import { addFile, inspect, setInspect } from '../store/inspect.ts';
import { lab, notify } from '../store/lab.ts';
import { awaitText, beginText, MOST_NAME, plainStem } from '../store/texts.ts';
import { command } from './engine.ts';
import { freshLetter } from './fresh-letter.ts';

/** Largest object file; programs of a struct are much smaller. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Largest lab file, which may contain a few objects as text. */
const MOST_LAB_BYTES = 24 * 1024 * 1024;

type Kind = 'object' | 'btf' | 'lab' | 'json' | 'text' | 'unknown';

const starts = (bytes: Uint8Array, ...magic: number[]): boolean => magic.every((byte, i) => bytes[i] === byte);

/** The first field of a saved lab (src/page/share/codec.ts). */
const SAVED_LAB = /^\s*\{\s*"ops\.play"/;
/** An object or a list; no assembly begins so. */
const JSON_TEXT = /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:["{[\]\d]|$))/;

export function kindOf(bytes: Uint8Array): Kind {
  if (starts(bytes, 0x7f, 0x45, 0x4c, 0x46)) return 'object';
  // a BTF of the other byte order is recognised too
  if (starts(bytes, 0x9f, 0xeb) || starts(bytes, 0xeb, 0x9f)) return 'btf';
  if (bytes.length === 0 || bytes.includes(0)) return 'unknown';
  const beginning = new TextDecoder().decode(bytes.subarray(0, 200));
  if (SAVED_LAB.test(beginning)) return 'lab';
  return JSON_TEXT.test(beginning) ? 'json' : 'text';
}

/** Loads an object in its own process and registers what it defines. */
function loadObject(file: string, bytes: Uint8Array): void {
  const map = freshLetter();
  const taken = lab().cold?.objects.map(({ name }) => name) ?? [];
  const stem = file.replace(/(\.bpf)?\.o$/, '').slice(0, MOST_NAME);
  let object = file.length > MOST_NAME ? `${stem}.bpf.o` : file;
  for (let n = 2; taken.includes(object); n++) object = `${stem}-${n}.bpf.o`;
  const process = `loader-${map.toLowerCase()}`;
  awaitText(object);
  command({ do: 'spawn', process });
  command({ do: 'load-object', process, map, object, bytes: toBase64(bytes), attach: true });
  // make its types searchable; the loader reports missing or damaged ones
  void readTypes(object, bytes);
}

const readers = () => import('../file-types.ts').catch(() => null);

/** Makes the types of a file searchable; resolves to an error text, or null. */
async function readTypes(file: string, bytes: Uint8Array): Promise<string | null> {
  const reader = await readers();
  if (!reader) return 'The code for reading types could not be loaded: try again';
  // a module's types extend a kernel's, which may have been dropped before
  const bases = inspect().files.map(({ btf }) => btf);
  const opened = reader.openTypesOver(bytes, bases);
  if (!opened.ok) return opened.message;
  addFile({ file, btf: opened.btf });
  return null;
}

/** Opens a BTF in the inspector; nothing runs. */
async function openBtf(file: string, bytes: Uint8Array): Promise<void> {
  const wrong = await readTypes(file, bytes);
  if (wrong !== null) {
    const detail = `${wrong}. A module's BTF extends its kernel's: drop the kernel's BTF first.`;
    notify({ kind: 'error', title: `${file} is a damaged BTF`, detail });
    return;
  }
  const { files } = inspect();
  const count = files.find((one) => one.file === file)?.btf.count ?? 0;
  choose({ preset: 'inspect' });
  setInspect({ searching: true });
  notify({
    kind: 'info',
    title: `${file}: ${count.toLocaleString('en')} types`,
    detail: 'Type part of a name to see a type.',
  });
}

async function openLab(file: string, bytes: Uint8Array): Promise<void> {
  const share = await import('../share/open.ts').catch(() => null);
  if (share) await share.openLabFile(file, new TextDecoder().decode(bytes));
  else
    notify({
      kind: 'error',
      title: `${file} could not be opened`,
      detail: 'The code for reading labs could not be loaded: try again.',
    });
}

function addText(file: string, text: string): void {
  const name = beginText(`${plainStem(file.replace(/\.\w+$/, ''))}.s`, text);
  choose({ activeText: name });
  if (/\.(o|obj|elf)$/i.test(file))
    notify({
      kind: 'info',
      title: `${file} is text, not an object`,
      detail: `It is opened as ${name}. An object that clang built begins with "\\x7fELF": was the file replaced by its listing or by an error page?`,
    });
}

/** Explains a file of another known format; otherwise opens it. */
async function openKnown(file: string, bytes: Uint8Array, open: typeof loadObject): Promise<void> {
  const known = (await readers())?.knownKind(file, bytes) ?? null;
  if (known) notify({ kind: 'error', ...known });
  else open(file, bytes);
}

async function openText(file: string, text: string): Promise<void> {
  const isLog = isVerifierLog(text);
  const foreign = isLog || file.endsWith('.s') ? null : ((await readers())?.foreignText(text) ?? null);
  if (foreign !== null) {
    notify({ kind: 'error', title: `${file} is not assembly`, detail: foreign });
    return;
  }
  addText(file, text);
  // a verifier's log is shown in the Verifier tab
  if (isLog) chooseTab('side', 'verifier');
}

const READERS: Readonly<Record<Kind, (file: string, bytes: Uint8Array) => void>> = {
  object: (file, bytes) => void openKnown(file, bytes, loadObject),
  text: (file, bytes) => void openText(file, new TextDecoder().decode(bytes)),
  btf: (file, bytes) => void openBtf(file, bytes),
  lab: (file, bytes) => void openLab(file, bytes),
  json: (file) =>
    notify({
      kind: 'error',
      title: `${file} is JSON, but no lab`,
      detail: `A lab saved here begins with {"ops.play". An object that clang built for BPF (.bpf.o), a raw BTF, or BPF assembly can be opened too.`,
    }),
  unknown: (file, bytes) =>
    void openKnown(file, bytes, () =>
      notify({
        kind: 'error',
        title: `${file} cannot be opened here`,
        detail: `${bytes.length === 0 ? 'It is empty. ' : ''}Drop an object that clang built for BPF (.bpf.o), a raw BTF, or BPF assembly as text.`,
      }),
    ),
};

const tooLarge = (file: string): void =>
  notify({ kind: 'error', title: `${file} is too large`, detail: 'Objects of up to 8 MiB can be loaded.' });

/** Marks of UTF-16 at the beginning of a text, as some editors of Windows save it. */
const MARKS = [
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/** A text in UTF-16 with its mark as UTF-8; all else as it is. */
export function inUtf8(bytes: Uint8Array): Uint8Array {
  const found = MARKS.find(({ mark }) => starts(bytes, ...mark));
  return found ? new TextEncoder().encode(new TextDecoder(found.encoding).decode(bytes)) : bytes;
}

export function openFile(file: string, given: Uint8Array): void {
  const bytes = inUtf8(given);
  // after a crash only a saved lab can be opened
  if ((!lab().cold || lab().phase === 'crashed') && kindOf(bytes) !== 'lab') return;
  const kind = kindOf(bytes);
  if (bytes.length <= (kind === 'lab' ? MOST_LAB_BYTES : MOST_BYTES)) READERS[kind](file, bytes);
  else void openKnown(file, bytes, tooLarge);
}

export async function readFile(file: File): Promise<void> {
  try {
    openFile(file.name, new Uint8Array(await file.arrayBuffer()));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    notify({ kind: 'error', title: `${file.name} could not be read`, detail });
  }
}

export async function openSample(file: string): Promise<void> {
  try {
    const response = await fetch(new URL(`samples/${file}`, document.baseURI));
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    openFile(file, new Uint8Array(await response.arrayBuffer()));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    notify({ kind: 'error', title: `The sample ${file} could not be loaded`, detail });
  }
}
