/*
 * The one door to all entries. JavaScript engines enter WebAssembly fast only at a call whose target is always the
 * same, which no call would be with one function per trampoline. So the machine always calls the gate, which finds the
 * entry in a table.
 */
import { CodeWriter, section } from './encoder.ts';
import { ENTRY_WORDS } from './locals.ts';
import { I32, W } from './opcodes.ts';

/** ENTRY_WORDS words; a 32-bit result. */
export type CompiledEntry = (a: number, b: number, c: number, d: number) => number;

/** The entry's words, then its place: as many arguments as engines pass in registers. */
type Door = (a: number, b: number, c: number, d: number, place: number) => number;

const FUNCTION_TYPE = 0x60;
const FUNCREF = 0x70;
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const KIND = { function: 0, table: 1 } as const;

function gateModule(): Uint8Array<ArrayBuffer> {
  const out = new CodeWriter(128);
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) out.byte(byte);
  section(out, SECTION.type, [ENTRY_WORDS, ENTRY_WORDS + 1], (writer, words) => {
    writer.byte(FUNCTION_TYPE);
    writer.u32(words);
    for (let i = 0; i < words; i++) writer.byte(I32);
    writer.u32(1);
    writer.byte(I32);
  });
  section(out, SECTION.import, ['table'], (writer, name) => {
    writer.name('env');
    writer.name(name);
    // no maximum, at least none
    for (const byte of [KIND.table, FUNCREF, 0, 0]) writer.byte(byte);
  });
  section(out, SECTION.function, [1], (writer, type) => writer.u32(type));
  section(out, SECTION.export, ['call'], (writer, name) => {
    writer.name(name);
    writer.byte(KIND.function);
    writer.u32(0);
  });
  const body = new CodeWriter(32);
  body.u32(0);
  for (let i = 0; i <= ENTRY_WORDS; i++) body.get(i);
  body.op(W.call_indirect).u32(0);
  body.u32(0);
  body.op(W.end);
  section(out, SECTION.code, [body.take()], (writer, code) => {
    writer.u32(code.length);
    writer.append(code);
  });
  return out.take();
}

/** Place of a program without an entry: it is interpreted, or was not compiled yet. */
export const NO_PLACE = -1;
export const PLACE_UNKNOWN = -2;

export class Gate {
  private readonly table = new WebAssembly.Table({ element: 'anyfunc', initial: 0 });
  private readonly door = new WebAssembly.Instance(new WebAssembly.Module(gateModule()), { env: { table: this.table } })
    .exports.call as Door;
  /** place of what was called last */
  entered = NO_PLACE;

  /** Reserves a place for an entry. */
  reserve(): number {
    return this.table.grow(1);
  }

  put(place: number, entry: CompiledEntry): void {
    this.table.set(place, entry);
  }

  /** Calls the entry; returns its result, unsigned. */
  enter(place: number, a: number, b: number, c: number, d: number): number {
    this.entered = place;
    return this.door(a, b, c, d, place) >>> 0;
  }
}
