/* The list under the search box: how many hits there are, a row for each, and where else to search. */
import { entryOf, kernelSpec } from '../../engine/index.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { KERNEL, type TypeRef } from '../../page/store/inspect.ts';
import { plural } from '../../views/words.ts';
import { isMember } from './find-members.ts';
import { FIELD, KIND_WORD, MOST_HITS } from './find-types.ts';
import type { TypeSearch } from './use-type-search.ts';
import { WindowedList } from './windowed-list.tsx';

const ROW = 24;

interface TypeHitsProps {
  /** id of the list, by which the input names its rows */
  readonly id: string;
  readonly search: TypeSearch;
  readonly onPick: (type: TypeRef) => void;
}

export function TypeHits({ id, search, onPick }: TypeHitsProps) {
  const { text, found, current, whole } = search;
  const isEmpty = text.trim() === '';
  return (
    <div className="type-hits">
      <p className="note" role="status">
        {hitWords(search)}
      </p>
      {found.length > 0 && (
        <WindowedList
          id={id}
          label={isEmpty ? 'Recent types' : 'Types'}
          count={found.length}
          rowHeight={ROW}
          current={current}
          onPick={(index) => onPick(entryOf(found, index))}
          renderRow={(index) => <HitRow type={entryOf(found, index)} />}
        />
      )}
      {found.length === 0 && !isEmpty && !text.startsWith('.') && whole?.status === 'here' && (
        <NothingFound text={text} />
      )}
    </div>
  );
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

function hitWords({ text, found: { length: count }, whole, kernel }: TypeSearch): string {
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
