import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type CallRecord,
  assemble,
  Lab,
  type MessageRecord,
  type PathConfig,
  type Scenario,
  type ScenarioStep,
  type Series,
  type SymbolSource,
  toBase64,
} from '../engine/index.ts';
import { congestionControlsIn } from '../engine/late.ts';
import { PROGRAMS } from '../scenarios/programs.ts';
import { number, options, readBytes, runTo, shippedParts, table, Usage, type Verb } from './cli.ts';

const NS = 1e9;
/** time between the starts of connections, ns, so that they do not run in lockstep */
const START_GAP = 10_000_000;
const FIRST_START = 100_000_000;
/** allowed ranges: bits a second, ns, packets, connections, seconds of one run */
const RATES = [1_000, 100e9] as const;
const ROUND_TRIPS = [1_000, 10e9] as const;
const MOST_PACKETS = 100_000;
const MOST_FLOWS = 1_000;
const MOST_SECONDS = 3_600;
const MOST_SEED = 0xffff_ffff;

/** most lines printed of a run */
const MOST_MESSAGES = 200;

const RATE_UNITS: Readonly<Record<string, number>> = { kbit: 1e3, mbit: 1e6, gbit: 1e9 };
const TIME_UNITS: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9 };

function quantity(
  text: string,
  units: Readonly<Record<string, number>>,
  what: string,
  [least, most]: readonly [number, number],
): number {
  const match = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text);
  const unit = match && Object.hasOwn(units, match[2]) ? units[match[2]] : undefined;
  if (!match || unit === undefined) throw new Usage(`${what} like 10${Object.keys(units)[1]}, not "${text}"`);
  const value = Math.round(Number(match[1]) * unit);
  if (value < least || value > most) throw new Usage(`${what} within what can be simulated, not "${text}"`);
  return value;
}

/** `10mbit,20ms,50`: bottleneck rate, round trip without queueing, queue in packets. */
export function parseLink(text: string): PathConfig {
  const [rate, rtt, queue, ...more] = text.split(',');
  if (rate === undefined || rtt === undefined || queue === undefined || more.length > 0) {
    throw new Usage(`--link takes RATE,RTT,PACKETS like 10mbit,20ms,50, not "${text}"`);
  }
  return {
    rateBps: quantity(rate, RATE_UNITS, 'a rate is', RATES),
    delayNs: Math.round(quantity(rtt, TIME_UNITS, 'a round trip is', ROUND_TRIPS) / 2),
    queuePackets: number(queue, 0, 'the queue', 1, MOST_PACKETS),
  };
}

/** The congestion control given by `--cc`: a built-in one, an assembly text, or an object file. */
interface Chosen {
  readonly name: string;
  readonly file: string;
  readonly text: string | null;
  /** base64 */
  readonly object: string | null;
  /** name of the map to attach */
  readonly map?: string;
}

/** Resolves `--cc`: a built-in name, a sample's name, or a file. */
function congestionControl(cc: string, map: string | undefined): Chosen {
  if (cc.endsWith('.o')) {
    const bytes = readBytes(cc);
    // an object that cannot be opened, or defines none, is refused on loading
    const found = congestionControlsIn(bytes, cc);
    const wanted = map === undefined ? found[0] : found.find((one) => one.map === map);
    if (map !== undefined && !wanted) {
      throw new Usage(`${cc} has no map "${map}"; there are ${found.map((one) => one.map).join(', ') || 'none'}`);
    }
    return { name: wanted?.name ?? '', file: basename(cc), text: null, object: toBase64(bytes), map: wanted?.map };
  }
  if (cc.endsWith('.s')) {
    const text = new TextDecoder().decode(readBytes(cc));
    const name = /^\s*\.name\s+"([^"]*)"/m.exec(text)?.[1];
    if (name === undefined) throw new Usage(`${cc} has no .name directive`);
    return { name, text, file: basename(cc), object: null };
  }
  const file = `${cc}.s`;
  return { name: cc, text: PROGRAMS[file] ?? null, file, object: null };
}

export interface SimOptions {
  readonly cc: string;
  readonly link: PathConfig;
  readonly flows: number;
  readonly seconds: number;
  readonly seed: number;
  /** name of the object's map to attach; absent: the first one */
  readonly map?: string;
}

export function simScenario({ cc, link, flows, seconds, seed, map }: SimOptions): Scenario {
  const { name, text, file, object, map: only } = congestionControl(cc, map);
  const step = (at: number, command: ScenarioStep['command']): ScenarioStep => ({ at, caption: '', command });
  const registration: ScenarioStep[] = [];
  if (text !== null) {
    registration.push(
      step(1_000_000, { do: 'load', process: 'lab', map: 'A', text: file }),
      step(2_000_000, { do: 'register', process: 'lab', map: 'A' }),
    );
  }
  if (object !== null) {
    registration.push(
      step(1_000_000, { do: 'load-object', process: 'lab', map: 'A', object: file, attach: only ?? true }),
    );
  }
  return {
    id: 'sim',
    title: `${flows} x ${name}`,
    intro: '',
    path: link,
    seed,
    texts: text === null ? {} : { [file]: text },
    objects: object === null ? {} : { [file]: object },
    steps: [
      step(0, { do: 'spawn', process: 'lab' }),
      ...registration,
      ...Array.from({ length: flows }, (_, i) =>
        step(FIRST_START + i * START_GAP, { do: 'connect', process: 'lab', socket: i + 1, cc: name }),
      ),
    ],
    openAt: 0,
    until: Math.round(seconds * NS),
    expect: [],
  };
}

/** Time-weighted mean of a socket's window over its series, packets. */
function meanCwnd(series: readonly Series[], socket: number, until: number): number {
  let area = 0;
  let span = 0;
  for (const s of series) {
    if (s.socket !== socket) continue;
    for (let i = 0; i < s.time.length; i++) {
      const width = (i + 1 < s.time.length ? s.time[i + 1] : until) - s.time[i];
      area += s.cwnd[i] * width;
      span += width;
    }
  }
  return span === 0 ? 0 : area / span;
}

function csv(series: readonly Series[]): string {
  const rows = series.flatMap((s) =>
    Array.from(s.time, (t, i) =>
      [(t / NS).toFixed(9), s.socket, s.cwnd[i], s.ssthresh[i], s.srttUs[i], s.caState[i]].join(','),
    ),
  );
  return `${['time_s,flow,cwnd,ssthresh,srtt_us,ca_state', ...rows].join('\n')}\n`;
}

/** Prints errors of texts, as compilers do; returns their number. */
function reportErrors(texts: Readonly<Record<string, string>>, symbols: SymbolSource): number {
  let errors = 0;
  for (const [name, text] of Object.entries(texts)) {
    for (const { severity, code, message, range } of assemble(text, symbols).diagnostics) {
      console.error(`${name}:${range.line + 1}:${range.column + 1}: ${severity} ${code}: ${message}`);
      if (severity === 'error') errors++;
    }
  }
  return errors;
}

/** Prints the lines of libbpf and of programs with their times; only the last of many. */
function reportMessages(messages: readonly MessageRecord[]): void {
  const said = messages.filter(({ level }) => level !== 'debug');
  if (said.length > MOST_MESSAGES) console.error(`(${said.length - MOST_MESSAGES} earlier lines)`);
  for (const { time, source, text } of said.slice(-MOST_MESSAGES)) {
    console.error(`[${(time / NS).toFixed(6)}] ${source}: ${text}`);
  }
}

function writeOut(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

const ENOENT = 2;

/**
 * Whether a failed call was only an attempt: libbpf probes for a pinned map, and retries without types that a kernel
 * refuses.
 */
function isTried({ name, ret, process }: CallRecord, after: CallRecord | undefined): boolean {
  if (name === 'BPF_OBJ_GET') return ret === -ENOENT;
  const again = after !== undefined && after.ret >= 0 && after.process === process;
  return again && [name, after.name].every((call) => call === 'BPF_MAP_CREATE');
}

/** Advice for a congestion control refused by the call `refused`; empty when the messages suffice. */
function wayOut(cc: string, { texts, objects }: Scenario, refused: string): string {
  if (Object.keys(texts).length === 0 && Object.keys(objects ?? {}).length === 0) {
    const shipped = Object.keys(PROGRAMS).filter((file) => file.endsWith('.s'));
    const names = shipped.map((file) => file.slice(0, -'.s'.length));
    return `No congestion control is called "${cc}". There are reno, ${names.join(', ')}; --cc also takes a FILE.s or FILE.bpf.o.`;
  }
  return cc.endsWith('.s') && refused === 'BPF_PROG_LOAD' ? `lab verify ${cc} tells why.` : '';
}

export const simVerb: Verb = {
  name: 'sim',
  usage:
    'sim --cc NAME|FILE.s|FILE.bpf.o [--link 10mbit,20ms,50] [--flows N] [--seconds S] [--seed K] [--kernel NAME] [--map NAME] [--csv FILE]',
  summary: 'connections over one bottleneck, without a page',
  run(args) {
    const { values, rest } = options(args, ['cc', 'link', 'flows', 'seconds', 'seed', 'csv', 'kernel', 'map']);
    if (rest.length > 0) throw new Usage(`takes options only, not "${rest[0]}"`);
    if (values.cc === undefined || values.cc === '') throw new Usage('--cc is needed: reno, bpf_reno, or a file');
    const flows = number(values.flows, 1, '--flows', 1, MOST_FLOWS);
    const seconds = number(values.seconds, 10, '--seconds', 0.001, MOST_SECONDS, false);
    const scenario = simScenario({
      cc: values.cc,
      link: parseLink(values.link ?? '10mbit,20ms,50'),
      flows,
      seconds,
      seed: number(values.seed, 1, '--seed', 0, MOST_SEED),
      map: values.map,
    });
    // check before the run: an unwritable path is an error of the command line
    if (values.csv !== undefined) writeOut(values.csv, '');
    const parts = shippedParts(values.kernel);
    if (reportErrors(scenario.texts, parts.symbols) > 0) return 1;
    const lab = new Lab(parts, scenario);
    const begun = performance.now();
    runTo(lab, scenario.until);
    const wall = (performance.now() - begun) / 1000;

    reportMessages(lab.history.messages);
    const refused = lab.history.calls.filter((call, i, all) => call.ret < 0 && !isTried(call, all[i + 1]));
    for (const call of refused) console.error(`${call.text} = ${lab.machine.answerOf(call)}`);
    if (refused.length > 0) {
      for (const { text } of lab.machine.kernel.state.dmesg) console.error(`dmesg: ${text}`);
      const hint = wayOut(values.cc, scenario, refused[0].name);
      if (hint !== '') console.error(hint);
      return 1;
    }
    const without = lab.cold().sockets.filter(({ ccName }) => ccName === '').length;
    if (without > 0) console.error(`${without} of ${flows} connections had ended when the run did`);
    for (const { title, detail } of lab.history.notes) console.error(`${title}: ${detail}`);

    const { series } = lab.history;
    const rows = Array.from({ length: flows }, (_, i) => {
      const socket = i + 1;
      const counters = lab.machine.flowCounters(socket);
      const active = Math.max(0, scenario.until - FIRST_START - i * START_GAP) / NS;
      return [
        `flow ${socket}`,
        (active > 0 ? (counters.bytesAcked * 8) / active / 1e6 : 0).toFixed(3),
        meanCwnd(series, socket, scenario.until).toFixed(1),
        counters.drops,
        counters.recoveries,
        counters.rtos,
      ];
    });
    console.log(table(['', 'goodput Mbit/s', 'mean cwnd', 'drops', 'recoveries', 'RTOs'], rows));
    const hot = lab.hot();
    console.log(`BPF instructions executed: ${hot.executedInsns}`);
    console.log(
      `packets sent: ${hot.packetsSent}, ${Math.round(hot.packetsSent / wall)} packets/s of the simulation itself`,
    );
    if (values.csv !== undefined) writeOut(values.csv, csv(series));
    return 0;
  },
};
