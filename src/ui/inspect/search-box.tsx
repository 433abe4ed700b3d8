/* The search box over the type: searches all types of the kernel and of dropped files as the user types. */
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef } from 'react';
import { Keys } from '../controls/keys.tsx';
import { select } from '../../page/store/choices.ts';
import { openType, setInspect, type TypeRef, useInspect } from '../../page/store/inspect.ts';
import { isMember } from './find-members.ts';
import { FIELD } from './find-types.ts';
import { TypeHits } from './type-hits.tsx';
import { useTypeSearch } from './use-type-search.ts';
import { optionId } from './windowed-list.tsx';

const STEP: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** `fields`: paths of the shown type; a leading dot searches among them. */
export function SearchBox({ fields }: { readonly fields: readonly string[] }) {
  const search = useTypeSearch(fields);
  const { text, found, current, open, whole, show, type, step, close } = search;
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  useFocusWhenAsked(input);
  const leave = (): void => {
    close();
    input.current?.blur();
  };
  const pick = (one: TypeRef | undefined): void => {
    if (!one) return;
    leave();
    openFound(one);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const rows = STEP[event.key];
    if (rows !== undefined) step(rows);
    else if (event.key === 'Enter') pick(found[current]);
    else if (event.key === 'Escape') leave();
    else return;
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
          placeholder={
            whole?.status === 'here' ? `Search ${whole.types.btf.count.toLocaleString('en')} types` : 'Search all types'
          }
          role="combobox"
          aria-label="Search types"
          aria-expanded={open}
          aria-controls={list}
          aria-activedescendant={open && found.length > 0 ? optionId(list, current) : undefined}
          aria-autocomplete="list"
          spellCheck={false}
          value={text}
          onFocus={show}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {!open && <Keys keys="/" />}
      </div>
      {open && <TypeHits id={list} search={search} onPick={pick} />}
    </div>
  );
}

/** Takes the focus when a command asks for a search. */
function useFocusWhenAsked(input: RefObject<HTMLInputElement | null>): void {
  const searching = useInspect((state) => state.searching);
  useEffect(() => {
    if (!searching) return;
    input.current?.focus();
    setInspect({ searching: false });
  }, [searching, input]);
}

function openFound(type: TypeRef): void {
  if (isMember(type)) {
    openType(type.owner);
    return select({ field: type.field });
  }
  if (type.kind !== FIELD) return openType(type);
  // the field may be in a closed struct
  setInspect({ flipped: new Set() });
  select({ field: type.name });
}
