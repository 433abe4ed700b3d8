/* Head of the inspector: the shown type, the trail to it, and the chosen instance. */
import { ChevronDown } from 'lucide-react';
import { plural } from '../../views/words.ts';
import { Choice } from '../controls/choice.tsx';
import { subjectOf, subjects } from '../panes/struct-subject.ts';
import { select, useChoices } from '../../page/store/choices.ts';
import { backTo, inspect, KERNEL, setInspect, useInspect } from '../../page/store/inspect.ts';
import { useLab } from '../../page/store/lab.ts';
import type { Shown } from './shown.ts';

export function TypeHead({ shown }: { readonly shown: Shown | null }) {
  const trail = useInspect((state) => state.trail);
  return (
    <div className="struct-head type-head">
      <nav aria-label="Path to this type">
        <ol className="way">
          <li>
            <Base />
          </li>
          {trail.map((look, i) => (
            <li key={`${i}.${look.id}.${look.address}`}>
              <button
                type="button"
                className="button"
                title={look.via === 'search' ? 'Found by its name' : `By ${look.via}`}
                aria-current={i === trail.length - 1 ? 'page' : undefined}
                onClick={() => backTo(i + 1)}
              >
                <span className="mono">{look.name || '(no name)'}</span>
              </button>
            </li>
          ))}
        </ol>
      </nav>
      {shown && (
        <div className="row type-summary">
          <Summary shown={shown} />
          {shown.places.length > 1 && trail.length > 0 && <Places shown={shown} />}
        </div>
      )}
    </div>
  );
}

/** The page's selection, at which every trail begins. */
function Base() {
  const cold = useLab((state) => state.cold);
  const selection = useChoices((state) => state.selection);
  const trail = useInspect((state) => state.trail);
  const all = subjects(cold);
  const subject = cold && subjectOf(cold, selection);
  if (!subject) return <span className="note">nothing yet</span>;
  return (
    <Choice
      label="Struct"
      value={trail.length === 0 ? subject.id : ''}
      items={all.map(({ id, title, type }) => ({ value: id, title, note: type }))}
      onChoose={(id) => {
        backTo(0);
        select({ ...all.find((one) => one.id === id)?.selection, field: null });
      }}
    >
      <b className="mono">{subject.title}</b>
      <ChevronDown aria-hidden="true" />
    </Choice>
  );
}

function Summary({ shown: { layout, type, title, source, places } }: { readonly shown: Shown }) {
  const many = places.length > 1 && title !== null && places.some((place) => place.title === title);
  const where = source !== KERNEL ? `from ${source}` : many ? null : (title ?? 'none in the machine');
  const id = `BTF id ${layout?.id ?? type.id}`;
  if (!layout) {
    return <p className="note">{[type.kind.toLowerCase(), where, id].filter(Boolean).join(' · ')}</p>;
  }
  const { size, cacheLines, holes, sumHoles, padding } = layout.summary;
  const parts = [
    `${size} B, ${plural(cacheLines, 'cache line')}`,
    holes > 0 ? `${plural(holes, 'hole')} (${sumHoles} B)` : '',
    padding > 0 ? `${padding} B padding` : '',
  ].filter((words) => words !== '');
  return <p className="note">{[parts.join(', '), where, id].filter(Boolean).join(' · ')}</p>;
}

function Places({ shown: { places, address, title } }: { readonly shown: Shown }) {
  return (
    <Choice
      label="Instance"
      value={String(address)}
      items={places.map((place) => ({ value: String(place.address), title: place.title, note: '' }))}
      onChoose={(value) => {
        const { trail } = inspect();
        const last = trail.at(-1);
        if (last) setInspect({ trail: [...trail.slice(0, -1), { ...last, address: Number(value) }] });
      }}
    >
      {title}
      <ChevronDown aria-hidden="true" />
    </Choice>
  );
}
