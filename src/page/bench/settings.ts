/* Settings of the bench, kept in the browser across reloads. */
import { list, number, object, text, whole, type Decoder } from '../share/schema.ts';
import { load, save } from '../store/storage.ts';

/** A connection. `program`: name of a text, or of a built-in congestion control. Times in seconds. */
export interface BenchFlow {
  readonly program: string;
  readonly start: number;
  readonly stop: number;
}

export interface BenchSettings {
  readonly rateMbit: number;
  /** round trip without a queue, ms */
  readonly rttMs: number;
  /** packets */
  readonly queue: number;
  readonly seed: number;
  readonly seconds: number;
  readonly flows: readonly BenchFlow[];
}

/** Limits of each setting, and its label. */
export const LIMITS = {
  rateMbit: [0.1, 1000, 'Link, Mbit/s'],
  rttMs: [0.1, 2000, 'Round trip, ms'],
  queue: [1, 10_000, 'Queue, packets'],
  seed: [0, 0xffff_ffff, 'Seed'],
  seconds: [0.5, 120, 'Length, s'],
} as const;

export type Setting = keyof typeof LIMITS;
export const MOST_FLOWS = 64;

/** Most packets of a run; more would take minutes. */
const MOST_PACKETS = 4_000_000;
const PACKET_BITS = 12_000;

export const BUILT_IN = 'reno';

export const FIRST: BenchSettings = {
  rateMbit: 20,
  rttMs: 20,
  queue: 64,
  seed: 7,
  seconds: 10,
  flows: [
    { program: 'bpf_aimd.s', start: 0, stop: 10 },
    { program: BUILT_IN, start: 0, stop: 10 },
  ],
};

/** Why settings cannot run; null when they can. */
export function settingsProblem(settings: BenchSettings): string | null {
  for (const [key, [least, most, words]] of Object.entries(LIMITS)) {
    const value = settings[key as Setting];
    if (!(value >= least && value <= most)) return `${words}: a number from ${least} to ${most}.`;
  }
  if (!Number.isInteger(settings.queue) || !Number.isInteger(settings.seed)) return 'Queue and seed are whole numbers.';
  if (settings.flows.length === 0) return 'Add a connection: there is nothing to measure without one.';
  if (settings.flows.length > MOST_FLOWS) return `At most ${MOST_FLOWS} connections.`;
  const late = settings.flows.findIndex(({ start, stop }) => !(start >= 0 && stop > start && start < settings.seconds));
  if (late >= 0) return `Connection ${late + 1} must start before it stops, and before the end.`;
  if ((settings.rateMbit * 1e6 * settings.seconds) / PACKET_BITS > MOST_PACKETS)
    return 'These are more packets than the engine simulates in a minute: use a slower link, or less time.';
  return null;
}

const KEY = 'ops.play.bench';

const decoder: Decoder<BenchSettings> = object<BenchSettings>({
  rateMbit: number,
  rttMs: number,
  queue: whole(1),
  seed: whole(0),
  seconds: number,
  flows: list(object<BenchFlow>({ program: text(120), start: number, stop: number }), MOST_FLOWS),
});

export function keptSettings(): BenchSettings | null {
  const decoded = decoder(load(KEY), '');
  return decoded.ok && settingsProblem(decoded.value) === null ? decoded.value : null;
}

export const keepSettings = (settings: BenchSettings): boolean => save(KEY, settings);
