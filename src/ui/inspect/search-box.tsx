/* The search box over the type: searches all types of the kernel and of dropped files as the user types. */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { plural } from '../../views/words.ts';
import { kernelSpec, entryOf } from '../../engine/index.ts';
import { Keys } from '../controls/keys.tsx';
import { runCommand } from '../../page/commands/registry.ts';
import { select } from '../../page/store/choices.ts';
import { KERNEL, openType, setInspect, type TypeRef, useInspect } from '../../page/store/inspect.ts';
import { useLab } from '../../page/store/lab.ts';
import {
  FIELD,
  type Found,
  findFields,
  findTypes,
  KIND_WORD,
  MOST_HITS,
  narrowed,
  type Searched,
} from './find-types.ts';
import { findMembers, MEMBER, type MemberHit } from './find-members.ts';
import { askWhole, useWhole, type Whole } from './whole.ts';
import { optionId, WindowedList } from './windowed-list.tsx';

const ROW = 24;
const STEP: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** `fields`: paths of the shown type; a leading dot searches among them. */
export function SearchBox({ fields }: { readonly fields: readonly string[] }) {
  const kernel = useLab((state) => state.kernel);
  const files = useInspect((state) => state.files);
  const recent = useInspect((state) => state.recent);
  const searching = useInspect((state) => state.searching);
  const whole = useWhole(kernel);
  const types = whole?.status === 'here' ? whole.types : null;
  const searched = useMemo(() => ({ kernel: types, files }), [types, files]);
  const [asked, setAsked] = useState<Asked | null>(null);
  const text = asked?.text ?? '';
  // search again when more types are loaded
  const hits = useMemo(
    () => (asked?.searched === searched ? asked : ask(asked?.text ?? '', searched, null)).found.hits,
    [asked, searched],
  );
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  useEffect(() => {
    if (!searching) return;
    input.current?.focus();
    setInspect({ searching: false });
  }, [searching]);
  const found = useMemo(() => {
    if (text.startsWith('.')) return findFields(text.slice(1), fields);
    if (text.trim() === '') return recent;
    return types ? [...hits, ...findMembers(text, types.btf)] : hits;
  }, [text, fields, recent, hits, types]);
  const current = Math.min(at, found.length - 1);
  const close = (): void => {
    setOpen(false);
    setAsked(null);
    setAt(0);
  };
  const pick = (type: TypeRef | undefined): void => {
    if (!type) return;
    close();
    input.current?.blur();
    if (isMember(type)) {
      openType(type.owner);
      return select({ field: type.field });
    }
    if (type.kind !== FIELD) return openType(type);
    // the field may be in a closed struct
    setInspect({ flipped: new Set() });
    select({ field: type.name });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEP[event.key];
    if (step !== undefined) setAt(Math.max(0, Math.min(found.length - 1, current + step)));
    else if (event.key === 'Enter') pick(found[current]);
    else if (event.key === 'Escape') {
      close();
      input.current?.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className="type-finder"
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) close();
      }}
    >
      <div className="type-search">
        <input
          ref={input}
          className="text-input"
          placeholder={types ? `Search ${types.btf.count.toLocaleString('en')} types` : 'Search all types'}
          role="combobox"
          aria-label="Search types"
          aria-expanded={open}
          aria-controls={list}
          aria-activedescendant={open && found.length > 0 ? optionId(list, current) : undefined}
          aria-autocomplete="list"
          spellCheck={false}
          value={text}
          onFocus={() => {
            setOpen(true);
            askWhole(kernel);
          }}
          onChange={(event) => {
            setAsked(ask(event.target.value, searched, asked));
            setAt(0);
            setOpen(true);
            askWhole(kernel);
          }}
          onKeyDown={onKeyDown}
        />
        {!open && <Keys keys="/" />}
      </div>
      {open && (
        <div className="type-hits">
          <p className="note" role="status">
            {hitWords({ text, count: found.length, whole, kernel })}
          </p>
          {found.length > 0 && (
            <WindowedList
              id={list}
              label={text.trim() === '' ? 'Recent types' : 'Types'}
              count={found.length}
              rowHeight={ROW}
              current={current}
              onPick={(index) => pick(entryOf(found, index))}
              renderRow={(index) => <HitRow type={entryOf(found, index)} />}
            />
          )}
          {found.length === 0 && text.trim() !== '' && !text.startsWith('.') && whole?.status === 'here' && (
            <NothingFound text={text} />
          )}
        </div>
      )}
    </div>
  );
}

const isMember = (type: TypeRef): type is MemberHit => type.kind === MEMBER;

interface Asked {
  readonly text: string;
  readonly searched: Searched;
  readonly found: Found;
}

/** Searches, unless the earlier hits can be narrowed. */
function ask(text: string, searched: Searched, before: Asked | null): Asked {
  const less = before?.searched === searched ? narrowed(before.found, text) : null;
  return { text, searched, found: less ?? findTypes(text, searched) };
}

function HitRow({ type }: { readonly type: TypeRef }) {
  return (
    <>
      <span className="kind">{isMember(type) ? 'field' : (KIND_WORD[type.kind] ?? type.kind.toLowerCase())}</span>
      <span className="mono">{type.name}</span>
      <span className="note">{type.kind === FIELD ? '' : type.source === KERNEL ? `[${type.id}]` : type.source}</span>
    </>
  );
}

interface HitCount {
  readonly text: string;
  readonly count: number;
  readonly whole: Whole | null;
  readonly kernel: string;
}

function hitWords({ text, count, whole, kernel }: HitCount): string {
  if (text.startsWith('.'))
    return count === 0 ? 'No such field in the shown type' : `${plural(count, 'field')} of what is shown`;
  if (whole?.status === 'failed')
    return `The types of ${kernel} could not be loaded (${whole.message}). Type again to retry.`;
  if (whole?.status !== 'here') return `Loading all types of ${kernel}, 1.5 MB.`;
  const derived = kernelSpec(kernel)?.derive
    ? `${kernel} was not recorded: types of ${kernelSpec(kernel)?.files}. `
    : '';
  if (text.trim() === '')
    return count > 0
      ? 'Looked at before'
      : 'Part of a name; struct, union, enum, typedef, func or var before it limits the kind; a leading dot searches the fields shown; three letters of a field search all types.';
  if (count === 0) return `${derived}Nothing found`;
  return `${derived}${count >= MOST_HITS ? `The first ${MOST_HITS}; another letter leaves fewer` : `${count} found`}`;
}

/** Shown without hits: where else to search. */
function NothingFound({ text }: { readonly text: string }) {
  return (
    <div className="nothing-found">
      <p>
        No type of this kernel has <b className="mono">{text.trim()}</b> in its name, and no field begins with it.
      </p>
      <p>
        <button
          type="button"
          className="button small"
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => runCommand('file.open')}
        >
          Open a BTF or .bpf.o that has it
        </button>
      </p>
    </div>
  );
}
