/* What maps hold at the cursor, as their creator's types say it. Asked for while it is on the screen. */
import { useEffect, useState } from 'react';
import type { DeclarationTag, MapElement, ObjectMapSnapshot, ObjectSnapshot } from '../../engine/index.ts';
import type { MapContents } from '../../protocol/messages.ts';
import { readRing } from '../commands/map.ts';
import { useCalmFrame } from '../controls/use-frame.ts';
import { askMap } from '../engine/engine.ts';
import { useLab } from '../store/lab.ts';

function useContents(id: number): MapContents | undefined {
  const { hot } = useCalmFrame();
  const contents = useLab((state) => state.contents[id]);
  const isNew = contents === undefined;
  useEffect(() => askMap(id, hot.event, isNew), [id, hot.event, isNew]);
  return contents;
}

interface OtherMapProps {
  readonly object: ObjectSnapshot;
  readonly map: ObjectMapSnapshot;
}

const RING = 'ringbuf';

export function OtherMap({ object, map }: OtherMapProps) {
  const { id, name, type, keySize, valueSize, maxEntries, frozen } = map;
  const [open, setOpen] = useState(false);
  const shape = type === RING ? `${maxEntries} bytes` : `${keySize} B to ${valueSize} B, ${maxEntries} entries`;
  return (
    <li>
      <details className="contents" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <span className="mono">
            {id} {name}
          </span>
          <span className="note">
            {type}, {shape}
            {frozen ? ', frozen' : ''}
          </span>
        </summary>
        {open && <Contents map={map} />}
        {type === RING && (
          <button type="button" className="button small" onClick={() => readRing(object.process, object.name, name)}>
            Read ring buffer {name}
          </button>
        )}
      </details>
      <span className="note block">of {object.name}</span>
    </li>
  );
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** The dump's own lines are for a terminal; here a value is one line that wraps. */
const shown = (text: string | null, bytes: Uint8Array): string => text?.replace(/\s+/g, ' ') ?? hex(bytes);

function Contents({ map: { id, name, type, maxEntries } }: Pick<OtherMapProps, 'map'>) {
  const elements = useContents(id)?.elements;
  if (!elements) return <p className="note">{elements === undefined ? '' : 'The map is gone.'}</p>;
  if (elements.length === 0) return <p className="note">{type === RING ? 'Nothing that was not read.' : 'Empty.'}</p>;
  return (
    <table aria-label={`Elements of ${name}`}>
      <tbody>
        {elements.map((element, i) => (
          <Element key={i} element={element} />
        ))}
      </tbody>
      {type !== RING && elements.length < maxEntries && elements.length === MOST && (
        <caption className="note">the first {elements.length}</caption>
      )}
    </table>
  );
}

/** So many are sent. */
const MOST = 64;

const Element = ({ element: { key, value, keyText, valueText } }: { readonly element: MapElement }) => (
  <tr>
    {key.length > 0 && (
      <th scope="row" className="mono">
        {shown(keyText, key)}
      </th>
    )}
    <td className="mono" title={hex(value)}>
      {shown(valueText, value)}
    </td>
  </tr>
);

const tagWords = ({ text, name, component }: DeclarationTag): string =>
  `“${text}” on ${name}${component === null ? '' : `.${component}`}`;

/** The kernel's value type, and what the map's creator says in the BTF that it gave. */
export function CreatorNotes({ id, struct }: { readonly id: number; readonly struct: string }) {
  const tags = useContents(id)?.tags ?? [];
  return (
    <span className="note block">
      value: <span className="mono">struct bpf_struct_ops_{struct}</span>
      {tags.length > 0 && `; its creator noted ${tags.map(tagWords).join(', ')}`}
    </span>
  );
}
