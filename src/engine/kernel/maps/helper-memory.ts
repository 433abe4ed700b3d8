/*
 * Resolves the arguments of helpers: maps by the address of struct bpf_map, memory and texts of programs. Each look-up
 * returns null or an errno for an invalid argument.
 */
import { ERRNO } from '../../base/errno.ts';
import type { KernelFunctions } from '../../vm/functions.ts';
import { KERNEL_BASE_HI } from '../../vm/memory.ts';
import { type Core, trace } from '../core.ts';
import { printf, type PrintfWord } from '../printf.ts';
import type { MapObject } from '../state.ts';
import type { MapType, Sequence } from './map-type.ts';
import { MAP_TYPE } from './map-type.ts';
import { MAP_TYPES } from './types.ts';

export const MAX_TEXT = 1024;
const HIGH = KERNEL_BASE_HI | 0;

export class Helpers {
  constructor(
    readonly k: Core,
    readonly functions: KernelFunctions,
  ) {}

  /** The map whose struct bpf_map is at an address; null for any other address. */
  map(address: number): MapObject | null {
    const map = this.k.memory.isReadable(address, 4) ? this.k.state.maps[this.k.memory.word(address)] : undefined;
    return map?.plain?.address === address ? map : null;
  }

  ring(address: number): MapObject | null {
    const map = this.map(address);
    return map?.type === MAP_TYPE.RINGBUF ? map : null;
  }

  /** A map that has keys, with its kind. */
  keyed(address: number): { readonly map: MapObject; readonly type: MapType } | null {
    const map = this.map(address);
    const type = map && MAP_TYPES.get(map.type);
    return map && type?.keyed === 'always' ? { map, type } : null;
  }

  /** A map without keys, and room for one of its values; or a negative errno. */
  sequence(address: number, value: number): { readonly map: MapObject; readonly sequence: Sequence } | number {
    const map = this.map(address);
    const sequence = map && MAP_TYPES.get(map.type)?.sequence;
    if (!map || !sequence) return -ERRNO.EINVAL;
    return this.readable(value, map.valueSize) ? { map, sequence } : -ERRNO.EFAULT;
  }

  readable(address: number, bytes: number): boolean {
    return this.k.memory.isReadable(address >>> 0, bytes);
  }

  writable(address: number, bytes: number): boolean {
    return this.k.memory.inArena(address >>> 0, bytes);
  }

  /** Up to `most` bytes before a NUL. */
  text(address: number, most: number): string {
    let text = '';
    for (let at = address >>> 0; text.length < most && this.readable(at, 1); at++) {
      const byte = this.k.memory.u8[at] ?? 0;
      if (byte === 0) break;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** Arguments that lie in memory, 8 bytes each. */
  words(address: number, bytes: number): PrintfWord[] | null {
    if (bytes % 8 !== 0 || bytes > 96 || (bytes > 0 && !this.readable(address, bytes))) return null;
    const { memory } = this.k;
    return Array.from({ length: bytes / 8 }, (_, i) => [
      memory.word(address + i * 8),
      memory.word(address + i * 8 + 4),
    ]);
  }

  format(fmt: number, most: number, words: readonly PrintfWord[]): string | null {
    const format = this.text(fmt, most);
    return printf(format, words, {
      textAt: ([low, high]) => ((high | 0) === HIGH ? this.text(low, MAX_TEXT) : ''),
      bytesAt: ([low, high], count) => {
        const there = (high | 0) === HIGH && this.readable(low, count);
        return there ? this.k.memory.u8.slice(low >>> 0, (low >>> 0) + count) : new Uint8Array(count);
      },
    });
  }

  print(fmt: number, size: number, words: readonly PrintfWord[] | null): number {
    if (size === 0 || !words || !this.readable(fmt, size) || this.k.memory.u8[fmt + size - 1] !== 0)
      return -ERRNO.EINVAL;
    const text = this.format(fmt, size, words);
    if (text === null) return -ERRNO.EINVAL;
    trace(this.k, text);
    return text.length;
  }

  /** bpf_probe_read_kernel: unreadable memory gives zeros. */
  probe(to: number, size: number, from: number, high: number): number {
    if (size === 0) return 0;
    if (!this.writable(to, size)) return -ERRNO.EFAULT;
    if ((high | 0) !== HIGH || !this.readable(from, size)) {
      this.k.memory.u8.fill(0, to, to + size);
      return -ERRNO.EFAULT;
    }
    this.k.memory.u8.copyWithin(to, from, from + size);
    return 0;
  }

  /** bpf_probe_read_kernel_str: length with its NUL. */
  probeText(to: number, size: number, from: number, high: number): number {
    if (size === 0) return 0;
    if (!this.writable(to, size)) return -ERRNO.EFAULT;
    const { u8 } = this.k.memory;
    u8.fill(0, to, to + size);
    if ((high | 0) !== HIGH || !this.readable(from, 1)) return -ERRNO.EFAULT;
    const text = this.text(from, size - 1);
    for (let i = 0; i < text.length; i++) u8[to + i] = text.charCodeAt(i);
    return text.length + 1;
  }

  isSocket(sk: number): boolean {
    return sk !== 0 && (this.k.sockets?.is(sk) ?? false);
  }
}
