import type { CpuSnapshot } from '../../engine/index.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { useKernel } from '../controls/use-kernel.ts';
import { useLab } from '../../page/store/lab.ts';
import { registerText } from '../../page/register-text.ts';

const NAMES = Array.from({ length: 11 }, (_, n) => `R${n}`);

/** The registers of the stopped program; those that the last instruction wrote are marked. */
export function Registers() {
  const cpu = useLab((state) => state.cpu);
  const cold = useLab((state) => state.cold);
  const btf = useKernel();
  const insns = cpu ? insnCount(cpu, cold?.maps.flatMap(({ progs }) => progs) ?? []) : null;
  return (
    <dl className="registers" aria-label="Registers">
      {NAMES.map((name, n) => {
        const shown = cpu ? registerText(cpu, n, { cold, btf }) : null;
        const changed = cpu?.changed.includes(n) ?? false;
        return (
          <div key={name} className={changed ? 'changed' : undefined}>
            <dt>{name}</dt>
            <dd title={shown ? `${shown.full} ${shown.note}`.trim() : undefined}>
              {shown ? (
                <button
                  type="button"
                  className="register"
                  title={`${shown.full} ${shown.note}: back to what wrote ${name} last; a watch on it also finds when it had a value`}
                  onClick={() => runCommand('ask.register', { register: n })}
                >
                  {shown.text} {shown.note && <span className="note">{shown.note}</span>}
                  {changed && <span className="spoken"> changed</span>}
                </button>
              ) : (
                '–'
              )}
            </dd>
          </div>
        );
      })}
      <div>
        <dt>pc</dt>
        <dd>
          {cpu ? cpu.pc : '–'} {insns !== null && <span className="note">/ {insns}</span>}
        </dd>
      </div>
    </dl>
  );
}

const insnCount = (cpu: CpuSnapshot, progs: readonly { id: number; insnCount: number }[]): number | null =>
  progs.find(({ id }) => id === cpu.progId)?.insnCount ?? null;
