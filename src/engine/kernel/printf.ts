/* Formats text as bpf_trace_printk, bpf_trace_vprintk and bpf_snprintf do (bpf_bprintf_prepare, bstr_printf). */

/** A 64-bit argument: low word, high word. */
export type PrintfWord = readonly [low: number, high: number];

interface Conversion {
  /** `-`, `+`, blank, `0`, `#` */
  readonly flags: string;
  readonly width: number;
  /** bytes of the number: 4 or 8 */
  readonly bytes: 4 | 8;
  /** d i u x X c s p, and the letter after p */
  readonly kind: string;
}

type Piece = string | Conversion;

const SYNTAX = /%([-+ 0#]*)(\d*)(?:%|(l{0,2})([diuxX])|(s|c|p[iI][46]|pB|px|ps|pS|pK|pks|pus|p(?![A-Za-z0-9])))/y;

/**
 * Splits a format into pieces; null when the kernel refuses it: an unknown conversion, or a byte that is not printable
 * ASCII.
 */
function parse(format: string): Piece[] | null {
  const pieces: Piece[] = [];
  for (let at = 0; at < format.length; ) {
    const code = format.charCodeAt(at);
    if (code > 126 || (code < 32 && !(code >= 9 && code <= 13))) return null;
    if (format[at] !== '%') {
      pieces.push(format.charAt(at++));
      continue;
    }
    SYNTAX.lastIndex = at;
    const match = SYNTAX.exec(format);
    if (!match) return null;
    at = SYNTAX.lastIndex;
    const [all, flags = '', width, long, number, other = ''] = match;
    if (all.endsWith('%')) pieces.push('%');
    else {
      pieces.push({ flags, width: Number(width), bytes: long ? 8 : 4, kind: number ?? other });
    }
  }
  return pieces;
}

const whole = ([low, high]: PrintfWord): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

function number({ kind, bytes }: Conversion, word: PrintfWord): string {
  const value = bytes === 8 ? whole(word) : BigInt(word[0] >>> 0);
  switch (kind) {
    case 'x':
      return value.toString(16);
    case 'X':
      return value.toString(16).toUpperCase();
    case 'u':
      return value.toString();
    default:
      return BigInt.asIntN(bytes * 8, value).toString();
  }
}

/** Memory that arguments point to: text up to its NUL, or so many bytes (zeros where nothing is mapped). */
export interface PrintfMemory {
  readonly textAt: (address: PrintfWord) => string;
  readonly bytesAt: (address: PrintfWord, count: number) => Uint8Array;
}

/** %pI4, %pi4 (leading zeros), %pI6, %pi6 (no colons): addresses in network order. */
function internetAddress(kind: string, bytes: Uint8Array): string {
  if (kind.endsWith('4')) return Array.from(bytes, (n) => (kind === 'pi4' ? String(n).padStart(3, '0') : n)).join('.');
  const words = Array.from({ length: 8 }, (_, i) =>
    (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16).padStart(4, '0'),
  );
  return words.join(kind === 'pI6' ? ':' : '');
}

function convert(conversion: Conversion, word: PrintfWord, { textAt, bytesAt }: PrintfMemory): string {
  const { kind } = conversion;
  if (/^p[iI][46]$/.test(kind)) return internetAddress(kind, bytesAt(word, kind.endsWith('4') ? 4 : 16));
  if (kind === 'c') return String.fromCharCode(word[0] & 0xff);
  if (kind === 's' || kind === 'pks' || kind === 'pus') return textAt(word);
  if (kind.startsWith('p')) return whole(word).toString(16).padStart(16, '0');
  return number(conversion, word);
}

function pad(text: string, { flags, width, kind }: Conversion): string {
  if (flags.includes('-')) return text.padEnd(width);
  const zeros = flags.includes('0') && !'cs'.includes(kind);
  if (!zeros) return text.padStart(width);
  return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0');
}

/** Formats; null (-EINVAL) when the format is invalid or needs more arguments than there are. */
export function printf(format: string, words: readonly PrintfWord[], memory: PrintfMemory): string | null {
  const pieces = parse(format);
  if (!pieces) return null;
  let next = 0;
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else {
      const value = words[next++];
      if (!value) return null;
      text += pad(convert(piece, value, memory), piece);
    }
  }
  return text;
}
