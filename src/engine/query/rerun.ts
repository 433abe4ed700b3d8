/* Rows that need another run: calls of members and helpers with their arguments, and writes of fields. */
import { lowWord, type Registers } from '../vm/prepared.ts';
import { readNumber } from '../base/bytes.ts';
import { entryOf } from '../base/assert.ts';
import { decode } from '../isa/insn.ts';
import { CALL_KIND, OPCODE } from '../isa/opcodes.ts';
import { helperName } from '../isa/helper-names.ts';
import type { Lab } from '../lab/lab.ts';
import { progOf, type FoundProg } from '../lab/look.ts';
import { type Probe, matchesName } from './plan.ts';
import { makeRecord, type Row, type Value } from './records.ts';
import { QueryError } from '../base/query-tokens.ts';

/** Most rows kept of a run. */
export const MOST_ROWS = 2_000_000;

const ARGS = 5;

interface Call {
  readonly found: FoundProg;
  readonly args: readonly number[];
  readonly socket: number;
  insns: number;
  retval: number;
}

/** Collects rows while events run. */
class Collector {
  readonly rows: Row[] = [];
  /** calls of members in the current event */
  private calls: Call[] = [];
  private readonly helpers = new Map<number, ReadonlyMap<number, string>>();

  constructor(
    private readonly lab: Lab,
    private readonly members: readonly Probe[],
    private readonly wantedHelpers: readonly Probe[],
    private readonly alwaysMembers: boolean,
  ) {}

  begin(): void {
    const { machine } = this.lab;
    if (this.members.length + this.wantedHelpers.length === 0 && !this.alwaysMembers) return;
    machine.watch = (id) => {
      const found = progOf(machine.user, id);
      if (!found) return null;
      let call: Call | null = null;
      const at = this.helperCalls(found);
      return (pc, registers, depth) => {
        if (!call) {
          call = this.entered(found, lowWord(registers, 1));
          this.calls.push(call);
        }
        call.insns++;
        call.retval = lowWord(registers, 0);
        const helper = at.get(pc);
        if (helper !== undefined && depth >= 0) this.helper(call, helper, registers);
      };
    };
  }

  end(): void {
    this.lab.machine.watch = null;
  }

  private entered(found: FoundProg, context: number): Call {
    const { memory, tcp } = this.lab.machine;
    const args = Array.from({ length: ARGS }, (_, i) => memory.u32[(context >>> 2) + i * 2] ?? 0);
    return { found, args, socket: Math.abs(tcp.socketOf(entryOf(args, 0))), insns: 0, retval: 0 };
  }

  private helperCalls({ prog }: FoundProg): ReadonlyMap<number, string> {
    const known = this.helpers.get(prog.object);
    if (known) return known;
    const out = new Map<number, string>();
    for (let slot = 0; this.wantedHelpers.length > 0 && slot < prog.insns.length >> 3; slot++) {
      const insn = decode(prog.insns, slot);
      if (insn.opcode !== OPCODE.CALL) continue;
      if (insn.src === CALL_KIND.HELPER) out.set(slot, helperName(insn.imm));
      else if (insn.src === CALL_KIND.KFUNC)
        out.set(slot, this.lab.machine.btf.type(insn.imm)?.name ?? `kfunc#${insn.imm}`);
    }
    this.helpers.set(prog.object, out);
    return out;
  }

  private helper({ found, socket }: Call, name: string, registers: Registers): void {
    const { time, position } = this.lab;
    if (!this.wantedHelpers.some((probe) => matchesName(probe.name, name))) return;
    const args = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`arg${n}`, lowWord(registers, n)]));
    const about = { name, member: found.prog.member, prog: found.prog.name, map: found.loaded.letter, socket };
    this.rows.push(makeRecord('helper', time, position.event, { ...about, ...args }));
  }

  /** Ends an event; returns the members that it called, as text. */
  passed(): string {
    const { calls, lab } = this;
    this.calls = [];
    const { time, position } = lab;
    for (const { found, args, socket, insns, retval } of calls) {
      const { prog, loaded } = found;
      if (!this.members.some((probe) => matchesName(probe.name, prog.member) || matchesName(probe.name, prog.name)))
        continue;
      const numbered = Object.fromEntries(args.map((value, i) => [`arg${i}`, value]));
      const about = { name: prog.member, prog: prog.name, map: loaded.letter, socket, insns, retval };
      this.rows.push(makeRecord('member', time, position.event, { ...about, ...numbered }));
    }
    return calls.map(({ found }) => `${found.prog.name} (${found.prog.member})`).join(', ');
  }
}

/** Tracks fields of each socket, comparing their values after each event. */
class Fields {
  private readonly before = new Map<string, number>();
  private readonly places: readonly { readonly name: string; readonly offset: number; readonly size: number }[];

  constructor(
    private readonly lab: Lab,
    probes: readonly Probe[],
  ) {
    this.places = probes.map(({ name }) => {
      const field = lab.machine.btf.field('tcp_sock', name);
      if (!field || field.size <= 0 || field.size > 8)
        throw new QueryError(
          0,
          `tcp_sock has no number "${name}"`,
          'a field of tcp_sock, as snd_cwnd, snd_ssthresh, srtt_us',
        );
      return { name, offset: field.byteOffset, size: field.size };
    });
  }

  changes(rows: Row[], by: () => Value): void {
    if (this.places.length === 0) return;
    const { tcp, memory } = this.lab.machine;
    for (const { id, sk } of tcp.list()) {
      if (sk === 0) continue;
      for (const { name, offset, size } of this.places) {
        const value = readNumber(memory.u8, sk + offset, size);
        const key = `${id} ${name}`;
        const before = this.before.get(key);
        if (before === value) continue;
        this.before.set(key, value);
        const { time, position } = this.lab;
        rows.push(
          makeRecord('write', time, position.event, { name, socket: id, before: before ?? 0, value, by: by() }),
        );
      }
    }
  }
}

/** Runs a lab to `until` (ns), event by event, and collects rows; yields progress between events. */
export function* rerun(lab: Lab, probes: readonly Probe[], until: number): Generator<number, Row[]> {
  const of = (kind: Probe['kind']): Probe[] => probes.filter((probe) => probe.kind === kind);
  const writes = of('write');
  const collector = new Collector(lab, of('member'), of('helper'), writes.length > 0);
  const fields = new Fields(lab, writes);
  const { rows } = collector;
  collector.begin();
  try {
    while (lab.nextTime <= until && rows.length < MOST_ROWS) {
      if (!lab.stepEvent(1)) break;
      const members = collector.passed();
      fields.changes(rows, () => (members === '' ? callOf(lab) : members));
      yield lab.time / until;
    }
  } finally {
    collector.end();
  }
  return rows;
}

/** The system call of the last event, or the stack. */
function callOf(lab: Lab): string {
  const call = lab.history.calls.findLast(({ event }) => event === lab.position.event);
  return call ? call.text : 'the TCP stack';
}
