import { useCallback, useState } from 'react';
import type { MapSnapshot } from '../../engine/index.ts';
import { chainLeast, imageStripScene, stripLeast, trampolineChainScene } from '../../views/trampoline/trampoline.ts';
import { CallForm } from './call-form.tsx';
import { Compiled } from './compiled.tsx';
import { TrampolineWalk } from './trampoline-walk.tsx';
import { TCP_STRUCT } from '../../page/commands/tcp-struct.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { useKernel } from '../controls/use-kernel.ts';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';

/** The trampoline page of the selected map, and for each member the path from its slot to its program. */
export function TrampolineTab() {
  const cold = useLab((state) => state.cold);
  const chosen = useChoices((state) => state.selection.map);
  const stopped = useLab(({ cpu }) => cpu?.map ?? null);
  const lit = useChoices((state) => state.selection.field);
  const maps = cold?.maps.filter(({ state }) => state !== 'FREED') ?? [];
  const named = (letter: string | null) => maps.find((one) => one.letter === letter);
  const map = named(chosen) ?? named(stopped) ?? maps.at(-1);
  if (!map) return <p className="placeholder">No map yet.</p>;
  return <Trampolines map={map} lit={lit?.replace(/^data\./, '') ?? null} />;
}

function Trampolines({ map, lit }: { readonly map: MapSnapshot; readonly lit: string | null }) {
  const strip: LiveSceneProps['build'] = useCallback((_, { size }) => imageStripScene({ map, lit }, size), [map, lit]);
  return (
    <div className="trampolines">
      <p className="note">
        Map {map.letter} holds C function pointers. Each points at a trampoline, which stores the arguments as an array
        of u64 and calls the program with its address in r1.
      </p>
      <div className="image-strip">
        <LiveScene calm build={strip} least={() => stripLeast({ map })} />
      </div>
      <div className="chains" tabIndex={0} role="region" aria-label="Members">
        {map.struct !== TCP_STRUCT && <CallForm key={map.letter} map={map} />}
        {map.progs.length === 0 && (
          <p className="placeholder">No member of map {map.letter} has a program at this time.</p>
        )}
        {map.progs.map(({ member }) => (
          <Chain key={member} map={map} member={member} />
        ))}
      </div>
    </div>
  );
}

const NO_TRAMPOLINE = { code: [], bytes: 0 };

function Chain({ map, member }: { readonly map: MapSnapshot; readonly member: string }) {
  const btf = useKernel();
  const { code, bytes } = map.trampolines.find((one) => one.member === member) ?? NO_TRAMPOLINE;
  const [open, setOpen] = useState(false);
  const prog = map.progs.find((one) => one.member === member);
  const offset = btf?.field(`bpf_struct_ops_${map.struct}`, `data.${member}`)?.byteOffset ?? 0;
  const build: LiveSceneProps['build'] = useCallback(
    (_, { size }) => trampolineChainScene({ map, member, offset }, size),
    [map, member, offset],
  );
  return (
    <section aria-label={member}>
      <h3 className="mono">{member}</h3>
      <div className="chain">
        <LiveScene calm build={build} least={chainLeast} />
      </div>
      {prog && (
        <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary>the program, and its WebAssembly</summary>
          {open && <Compiled prog={prog.id} text={prog.text} />}
        </details>
      )}
      {code.length > 0 && (
        <details>
          <summary>
            {code.length} x86-64 instructions, {bytes} bytes
          </summary>
          {prog && <TrampolineWalk map={map.letter} member={member} prog={prog} code={code} />}
        </details>
      )}
    </section>
  );
}
