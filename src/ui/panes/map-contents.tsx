/* Contents of maps at the cursor, shown with their creator's types. Requested while on the screen. */
import { useState } from 'react';
import type { DeclarationTag, MapElement, ObjectMapSnapshot, SocketSnapshot } from '../../engine/index.ts';
import type { MapContents } from '../../protocol/asks/map.ts';
import { readRing } from '../../page/commands/map.ts';
import { useAnswer } from '../controls/use-answer.ts';
import { useCalmFrame } from '../controls/use-frame.ts';
import { useLab } from '../../page/store/lab.ts';

function useContents(id: number): MapContents | undefined {
  const { hot } = useCalmFrame();
  return useAnswer('map', { id, event: hot.event }, id);
}

interface OtherMapProps {
  readonly process: string;
  readonly object: string;
  readonly map: ObjectMapSnapshot;
}

const RING = 'ringbuf';
const SK_STORAGE = 'sk_storage';

function shapeWords({ type, keySize, valueSize, maxEntries }: ObjectMapSnapshot): string {
  if (type === RING) return `${maxEntries} bytes`;
  if (type === SK_STORAGE) return `${valueSize} B at each socket`;
  return `${keySize} B to ${valueSize} B, ${maxEntries} ${maxEntries === 1 ? 'entry' : 'entries'}`;
}

export function OtherMap({ process, object, map }: OtherMapProps) {
  const { id, name, type, frozen } = map;
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details className="contents" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <span className="mono">
            {id} {name}
          </span>
          <span className="note">
            {type}, {shapeWords(map)}
            {frozen ? ', frozen' : ''}
          </span>
        </summary>
        {open && <Contents map={map} />}
        {type === RING && (
          <button type="button" className="button small" onClick={() => readRing(process, object, name)}>
            Read the ring buffer
          </button>
        )}
      </details>
    </li>
  );
}

/** Bytes as hex, in words of four bytes. */
const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte, i) => (i > 0 && i % 4 === 0 ? ' ' : '') + byte.toString(16).padStart(2, '0')).join('');

/** Joins a dump's lines: here a value is one line that wraps. */
const oneLine = (dump: string): string =>
  dump
    .replace(/\s+/g, ' ')
    .replace(/"(\w+)": /g, '$1 ')
    .replace(/^\{ (.*) \}$/, '$1');

const shown = (text: string | null, bytes: Uint8Array): string => (text === null ? hex(bytes) : oneLine(text));

/** Name of a socket by the key of its storage, which in the kernel is the socket's address. */
function socketName(key: Uint8Array, sockets: readonly SocketSnapshot[]): string | null {
  const address = new DataView(key.buffer, key.byteOffset).getUint32(0, true);
  const socket = sockets.find(({ sk, peer }) => sk === address || peer === address);
  return socket ? `socket ${socket.id}` : null;
}

function Contents({ map: { id, name, type, maxEntries } }: Pick<OtherMapProps, 'map'>) {
  const elements = useContents(id)?.elements;
  const sockets = useLab((state) => state.cold?.sockets ?? NOBODY);
  if (!elements) return <p className="note">{elements === undefined ? '' : 'The map is gone.'}</p>;
  if (elements.length === 0) return <p className="note">{type === RING ? 'Everything was read.' : 'Empty.'}</p>;
  const keyOf = ({ key, keyText }: MapElement): string | null => {
    if (key.length === 0) return null;
    return (type === SK_STORAGE && socketName(key, sockets)) || shown(keyText, key);
  };
  return (
    <table aria-label={`Elements of ${name}`}>
      {elements.length === MOST && elements.length < maxEntries && <caption>the first {elements.length}</caption>}
      <tbody>
        {elements.map((element, i) => (
          <Element key={i} element={element} name={keyOf(element)} />
        ))}
      </tbody>
    </table>
  );
}

const NOBODY: readonly SocketSnapshot[] = [];

/** Most elements sent by the worker. */
const MOST = 64;

interface ElementProps {
  readonly element: MapElement;
  /** null when the element has no key */
  readonly name: string | null;
}

const Element = ({ element: { value, valueText }, name }: ElementProps) => (
  <tr>
    {name !== null && <th scope="row">{name}</th>}
    <td title={hex(value)}>{shown(valueText, value)}</td>
  </tr>
);

const tagWords = ({ text, name, component }: DeclarationTag): string =>
  `“${text}” on ${name}${component === null ? '' : `.${component}`}`;

/** The kernel's value type, and declaration tags in the creator's BTF. */
export function CreatorNotes({ id, struct }: { readonly id: number; readonly struct: string }) {
  const tags = useContents(id)?.tags ?? [];
  return (
    <span className="note block">
      value: <span className="mono">struct bpf_struct_ops_{struct}</span>
      {tags.length > 0 && `; its creator noted ${tags.map(tagWords).join(', ')}`}
    </span>
  );
}
