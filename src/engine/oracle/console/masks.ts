/*
 * Hides the parts of bpftool's output that differ from boot to boot. Ids are renamed: each recorded id must correspond
 * to one id of this machine, throughout a recording. Times, addresses and memory accounting are masked. Objects that
 * only the recorded machine had (modules, the iterator that bpftool loads to find processes) are left out.
 */

/** Kinds of ids with separate numbering. */
type IdKind = 'map' | 'prog' | 'btf' | 'link';

export interface Masked {
  readonly text: string;
  readonly ids: readonly { readonly kind: IdKind; readonly id: number }[];
}

interface Mask {
  readonly what: string;
  readonly pattern: RegExp;
  readonly put: string;
}

const OPS =
  'ssthresh|cong_avoid|set_state|cwnd_event|in_ack_event|pkts_acked|min_tso_segs|cong_control|undo_cwnd|sndbuf_expand|get_info|init|release';

/** Text to be masked; each row says what it is. */
const MASKS: readonly Mask[] = [
  { what: 'time of loading', pattern: /loaded_at \S+/g, put: 'loaded_at T' },
  { what: 'time of loading', pattern: /"loaded_at":\s?\d+/g, put: '"loaded_at":T' },
  { what: 'memory accounting', pattern: /memlock \d+B/g, put: 'memlock M' },
  { what: 'memory accounting', pattern: /"bytes_memlock":\s?\d+/g, put: '"bytes_memlock":M' },
  { what: 'address of code or data', pattern: /0xff[0-9a-f]{14}/g, put: 'ADDRESS' },
  { what: 'distance of a kernel function from __bpf_call_base', pattern: /(call [a-z_]\w*)#-?\d+/g, put: '$1#N' },
  {
    what: 'the same, in the bytes of the instruction',
    pattern: /(call [a-z_]\w*#N",.*?"imm":)\[[^\]]*\]/g,
    put: '$1[N]',
  },
  { what: 'the same', pattern: /(call [a-z_]\w*#N\n\s+85 (?:[0-9a-f]{2} ){3}).*/g, put: '$1N' },
  {
    what: 'map id, in the bytes of the instruction',
    pattern: /(\n\s+18 [12][0-9a-f] 00 00 )(?:[0-9a-f]{2} ){4}/g,
    put: '$1ID ',
  },
  {
    what: 'the same',
    pattern: /("code":"0x18","src_reg":"0x[12]","dst_reg":"0x\w+","off":\[[^\]]*\],"imm":\[)(?:"0x\w\w",){4}/g,
    put: '$1ID,',
  },
  { what: 'date of a file', pattern: /[A-Z][a-z]{2} [ \d]\d \d\d:\d\d/g, put: 'DATE' },
  { what: 'other folders of bpffs', pattern: /(drwxrwxrwt) +\d+/g, put: '$1 N' },
  { what: 'size of the kernel and its modules', pattern: /^\d+: name \[.*\n/gm, put: '' },
];

/** bpftool's own iterator, and programs that libbpf loads to probe the kernel's features. */
const OWN = /^(pid_iter|libbpf_)/;

function withoutOwn(text: string): string {
  if (text.startsWith('[{"id":') && text.includes('"bytes_key"')) {
    const rows = JSON.parse(text) as { readonly name?: string }[];
    return `${JSON.stringify(rows.filter(({ name }) => !OWN.test(name ?? '')))}\n`;
  }
  return text
    .split(/^(?=\d+: )/m)
    .filter((row) => !/^\d+: \w+ {2}name (pid_iter|libbpf_)/.test(row) && !/\n\tpids bpftool/.test(row))
    .join('');
}

/** Masks the program ids in the bytes of a struct_ops value. */
function hideValueIds(text: string): string {
  return text.replace(/\[((?:"0x\w\w",){255}"0x\w\w")(\n\s+)?\]/g, (_, bytes: string, end = '') => {
    const list = bytes.split(',');
    const hidden = list.map((byte, i) => (i < 64 || (i >= 152 && i < 168) ? byte : 'B'));
    return `[${hidden.join(',')}${end}]`;
  });
}

interface IdPattern {
  readonly pattern: RegExp;
  /** null: the kind of the command's objects */
  readonly kind: IdKind | null;
}

const IDS: readonly IdPattern[] = [
  { pattern: /("btf_id":\s?|btf_id )(\d+)/g, kind: 'btf' },
  { pattern: /(prog_id:)(\d+)/g, kind: 'prog' },
  { pattern: /(prog_ids |"prog_ids":\[)([\d,]+)/g, kind: 'prog' },
  { pattern: /(map_ids |"map_ids":\[)([\d,]+)/g, kind: 'map' },
  { pattern: /(map\[id:)(\d+)/g, kind: 'map' },
  { pattern: /( map id |"map_id":\s?|struct_ops {2}map )(\d+)/g, kind: 'map' },
  { pattern: /( link id )(\d+)/g, kind: 'link' },
  { pattern: /(map by id \()(\d+)/g, kind: 'map' },
  { pattern: /(?<=^(?:Registered|Unregistered|Error: can't unload).*)( id )(\d+)/gm, kind: 'map' },
  { pattern: new RegExp(`("(?:${OPS})": ?"?)(0x[0-9a-f]+|[1-9]\\d*)`, 'g'), kind: 'prog' },
  { pattern: /((?<=\{[^{}]*)"id":\s?)(\d+)/g, kind: null },
  { pattern: /^()(\d+)(?=: (?:struct_ops|array|hash|name|\w+ +tcp_congestion_ops))/gm, kind: null },
];

const KINDS: Readonly<Record<string, IdKind>> = { prog: 'prog', link: 'link', btf: 'btf' };

/** Kind of objects of a command: rows of `prog show` begin with program ids. */
const kindOf = (command: string): IdKind =>
  KINDS[/\b(prog|link|btf|map|struct_ops)\b/.exec(command)?.[1] ?? ''] ?? 'map';

/** Masks output for comparison; returns it with the ids that it contained. */
export function mask(command: string, output: string): Masked {
  const ids: { kind: IdKind; id: number }[] = [];
  const take = (kind: IdKind, text: string): string =>
    text
      .split(',')
      .map((one) => {
        ids.push({ kind, id: Number(one) });
        return 'ID';
      })
      .join(',');
  let text = hideValueIds(withoutOwn(output));
  for (const { pattern, put } of MASKS) text = text.replace(pattern, put);
  for (const { pattern, kind } of IDS) {
    text = text.replace(pattern, (_, before: string, list: string) => before + take(kind ?? kindOf(command), list));
  }
  return { text, ids };
}

/** Maps recorded ids to ids of this machine. */
export class Renaming {
  private readonly ours = new Map<string, number>();
  private readonly theirs = new Map<string, number>();

  /** Records the correspondence of ids; returns false when an id already corresponds to another. */
  learn(recorded: Masked, here: Masked): boolean {
    return recorded.ids.every(({ kind, id }, i) => {
      const own = here.ids[i]?.id;
      if (own === undefined || here.ids[i].kind !== kind) return false;
      const known = this.ours.get(`${kind} ${id}`);
      const back = this.theirs.get(`${kind} ${own}`);
      if ((known ?? own) !== own || (back ?? id) !== id) return false;
      this.ours.set(`${kind} ${id}`, own);
      this.theirs.set(`${kind} ${own}`, id);
      return true;
    });
  }

  /**
   * Rewrites a recorded command with ids of this machine. `newest`: gives the id for one that no output has shown yet,
   * if the recorded command found it.
   */
  command(line: string, newest: (kind: IdKind) => number | null): string {
    return line.replace(/\bid (\d+)/g, (whole, id: string) => {
      const kind = kindOf(line);
      const own = this.ours.get(`${kind} ${id}`) ?? newest(kind);
      return own === null ? whole : `id ${own}`;
    });
  }
}

/** Rows of ss, sorted because their order is a hash's, with values that depend on loopback timing masked. */
export function socketRows(output: string): string {
  const rows = output.split(/^(?=ESTAB|UNCONN|FIN|CLOSE|TIME)/m).slice(1);
  return rows
    .map((row) => {
      const [state, , , local = '', peer = ''] = row.trim().split(/\s+/);
      const isServer = local.endsWith(':5555');
      const cc = /^\t (\S+)/m.exec(row)?.[1] ?? '';
      return `${state} ${isServer ? 'server' : peer.endsWith(':5555') ? 'client' : 'other'} ${isServer ? '' : cc}`.trim();
    })
    .toSorted()
    .join('\n');
}
