/* A field's present value in the machine. */
import type { Reference } from '../engine/index.ts';
import { peek } from '../page/engine/peek.ts';
import { choices } from '../page/store/choices.ts';
import { lab } from '../page/store/lab.ts';

type FieldReference = Extract<Reference, { kind: 'field' }>;

/** Socket of the stopped program's connection, else of the selected one, else of the first. */
function socketInView(): { id: number; sk: number } | null {
  const { cold, cpu } = lab();
  const wanted = cpu?.socket ?? choices().selection.socket;
  const alive = cold?.sockets.filter(({ sk }) => sk !== 0) ?? [];
  return alive.find(({ id }) => id === wanted) ?? alive[0] ?? null;
}

function valueOf(bytes: Uint8Array, { bit, bitSize }: FieldReference): bigint {
  const whole = bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return bitSize > 0 ? (whole >> BigInt(bit)) & ((1n << BigInt(bitSize)) - 1n) : whole;
}

/** A sentence with the value, or null when there is nothing to read. */
export async function liveField(field: FieldReference): Promise<string | null> {
  const socket = socketInView();
  const length = field.bitSize > 0 ? Math.ceil((field.bit + field.bitSize) / 8) : field.size;
  if (!socket || length < 1 || length > 8) return null;
  const bytes = await peek({ address: socket.sk + field.offset, length });
  if (!bytes) return null;
  return `Socket ${socket.id}: **${valueOf(bytes, field)}**`;
}
