/* Who reads and writes the selected field: instructions of the loaded programs, found without running them. */
import { useEffect, useMemo } from 'react';
import type { Btf, ColdSnapshot, LayoutRow, MapSnapshot, ProgSnapshot } from '../../engine/index.ts';
import { type Access, accessesOf, accessWords, embeddedFirst, touching } from '../../views/inspect/accesses.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { useKernel } from '../controls/use-kernel.ts';
import { answerTo } from '../../page/engine/answers.ts';
import { ask } from '../../page/engine/engine.ts';
import { choices, useChoices } from '../../page/store/choices.ts';
import { KERNEL } from '../../page/store/inspect.ts';
import { useLab } from '../../page/store/lab.ts';
import { rowOf } from './follow.ts';
import { type Shown, useShown } from './shown.ts';

export function AccessesTab() {
  const shows = useShown();
  const path = useChoices((state) => state.selection.field);
  const cold = useLab((state) => state.cold);
  const btf = useKernel();
  if (!btf || !cold || 'waiting' in shows) return <p className="placeholder">Nothing to look for yet.</p>;
  if (shows.source !== KERNEL)
    return <p className="placeholder">Programs use the kernel’s types: open one of those.</p>;
  return <Accesses shown={shows} path={path} cold={cold} btf={btf} />;
}

interface Loaded {
  readonly map: MapSnapshot;
  readonly prog: ProgSnapshot;
}

const loadedOf = (cold: ColdSnapshot): Loaded[] =>
  cold.maps.filter(({ state }) => state !== 'FREED').flatMap((map) => map.progs.map((prog) => ({ map, prog })));

/** Types of a member's arguments: the words of its program's context. */
function argumentsOf(btf: Btf, { map, prog }: Loaded): { readonly name: string; readonly type: number }[] {
  const member = btf.field(map.struct, prog.member);
  const pointer = member && btf.type(btf.skipModifiers(member.type));
  return [...(btf.type(btf.skipModifiers(pointer?.type ?? 0))?.params ?? [])];
}

interface AccessesProps {
  readonly shown: Shown;
  readonly path: string | null;
  readonly cold: ColdSnapshot;
  readonly btf: Btf;
}

function Accesses({ shown, path, cold, btf }: AccessesProps) {
  const loaded = useMemo(() => loadedOf(cold), [cold]);
  const scans = useScans(loaded);
  const row = rowOf(shown, path);
  if (!row) return <p className="placeholder">Select a field: this lists the instructions that load or store it.</p>;
  const asked = askedFor(row, btf, shown);
  const found = scans.flatMap((one) => {
    const mine = accessesTo(asked, one);
    return mine.length > 0 ? [{ ...one, mine }] : [];
  });
  const count = found.reduce((sum, { mine }) => sum + mine.length, 0);
  return (
    <div className="accesses" tabIndex={0} role="region" aria-label="Who uses the field">
      <p className="note">
        <Summary asked={asked} count={count} programs={loaded.length} /> Found by the verifier, along every path that it
        followed. What a kfunc or helper does with a pointer is not seen.
      </p>
      {found.length === 0 && <p>No loaded program touches it.</p>}
      {found.map(({ prog, map, mine }) => (
        <section key={`${map.letter}.${prog.id}`} aria-label={`${prog.name}, map ${map.letter}`}>
          <h3>
            <span className="mono">{prog.name}</span>{' '}
            <span className="note">
              map {map.letter}, program {prog.id}
            </span>
          </h3>
          <ol className="access-list">
            {mine.map((one) => (
              <li key={`${one.slot}.${one.offset}`}>
                <AccessRow access={one} text={prog.text} args={argumentsOf(btf, { map, prog })} />
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

interface Scan extends Loaded {
  readonly accesses: readonly Access[];
}

/** Asks for the loaded programs; those that have come, with their accesses. */
function useScans(loaded: readonly Loaded[]): readonly Scan[] {
  const answers = useLab((state) => state.answers);
  const { run } = answers;
  const wanted = loaded.map(({ prog }) => prog.id).join();
  useEffect(() => {
    if (run === 0) return;
    for (const id of wanted.split(',').filter(Boolean)) void ask('program', { id: Number(id) }, id);
  }, [wanted, run]);
  return useMemo(
    () =>
      loaded.flatMap((one): Scan[] => {
        const text = answerTo(answers, 'program', one.prog.id);
        return text ? [{ ...one, accesses: accessesOf(text) }] : [];
      }),
    [loaded, answers],
  );
}

const CONTEXT = '';
/** A range that covers a whole struct. */
const ALL = { offset: 0, size: 4096 };

/** Bytes to look for: of a field in some structs, or all of a member's context, which are its arguments. */
type Asked =
  | {
      readonly path: string;
      readonly structs: readonly string[];
      readonly place: { readonly offset: number; readonly size: number };
    }
  | { readonly member: string };

function askedFor(row: LayoutRow, btf: Btf, { layout }: Shown): Asked {
  if (/\(\*/.test(row.type)) return { member: row.name };
  const family = embeddedFirst(btf, btf.find('STRUCT', 'tcp_sock'));
  const name = btf.type(layout?.id ?? 0)?.name ?? '';
  const place = {
    offset: row.offset + (row.bit >> 3),
    size: row.bitSize > 0 ? Math.ceil(((row.bit & 7) + row.bitSize) / 8) : row.size,
  };
  return { path: row.path, structs: family.includes(name) ? family : [name], place };
}

function accessesTo(asked: Asked, { prog, accesses }: Scan): readonly Access[] {
  if ('structs' in asked) return touching(accesses, asked.structs, asked.place);
  return prog.member === asked.member ? touching(accesses, [CONTEXT], ALL) : [];
}

interface SummaryProps {
  readonly asked: Asked;
  /** number of accesses found */
  readonly count: number;
  /** number of loaded programs */
  readonly programs: number;
}

function Summary({ asked, count, programs }: SummaryProps) {
  if ('member' in asked)
    return (
      <>
        Loads of the arguments in programs of <b className="mono">{asked.member}</b>: the context in r1 is an array of
        u64.
      </>
    );
  const { offset, size } = asked.place;
  return (
    <>
      <b className="mono">{asked.path}</b>, bytes {offset} to {offset + size - 1}: {count} instructions of {programs}{' '}
      loaded programs load or store it.
    </>
  );
}

interface AccessRowProps {
  readonly access: Access;
  readonly text: string;
  readonly args: readonly { readonly name: string }[];
}

function AccessRow({ access, text, args }: AccessRowProps) {
  const { line, slot, struct, offset } = access;
  const argument = struct === CONTEXT ? args[offset >> 3] : undefined;
  const what = argument ? ` ${argument.name || `argument ${offset >> 3}`}` : '';
  return (
    <button
      type="button"
      className="row-button"
      onClick={() => {
        // in the Inspect preset the code takes this pane's place
        if (choices().preset === 'inspect') runCommand('inspect.code');
        runCommand('program.show', { text, line });
      }}
    >
      <span className="slot">{slot}</span>
      <span className="kind">
        {accessWords(access)}
        {what}
      </span>
      <span className="mono">{access.text}</span>
    </button>
  );
}
