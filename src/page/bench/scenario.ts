/* Makes a scenario from the bench's settings; its actions are ordinary commands of the log. */
import type { MapLetter, Scenario, ScenarioStep } from '../../engine/index.ts';
import { BUILT_IN, type BenchSettings } from './settings.ts';

const MS = 1e6;
const SECOND = 1e9;
/** Engine time of 0 s in the settings, ns; programs are loaded before it. */
export const BEGIN_NS = 50 * MS;

type Texts = Readonly<Record<string, string>>;

interface Program {
  readonly name: string;
  readonly map: MapLetter;
  readonly cc: string;
  readonly forLinks: boolean;
}

export const ccNameOf = (text: string): string => /^\s*\.name\s+"([^"]+)"/m.exec(text)?.[1] ?? '';

/** Whether a text is a congestion control; connections can choose only those. */
export const isCongestionControl = (text: string): boolean =>
  /^\s*\.struct_ops(\.link)?\s+tcp_congestion_ops/m.test(text);

function programsOf({ flows }: BenchSettings, texts: Texts): Program[] {
  const names = [...new Set(flows.map(({ program }) => program))].filter((name) => name !== BUILT_IN);
  return names.map((name, i) => ({
    name,
    map: letter(i),
    cc: ccNameOf(texts[name] ?? ''),
    forLinks: /^\s*\.struct_ops\.link\b/m.test(texts[name] ?? ''),
  }));
}

/** Letter of the i-th map: A to Z, then AA. */
const letter = (i: number): MapLetter =>
  i < 26 ? String.fromCharCode(65 + i) : letter(Math.floor(i / 26) - 1) + letter(i % 26);

/** Why these programs cannot run together; null when they can. */
export function programsProblem(settings: BenchSettings, texts: Texts): string | null {
  const programs = programsOf(settings, texts);
  const missing = programs.find(({ name }) => (texts[name] ?? '').trim() === '');
  if (missing) return `The text ${missing.name} no longer exists: choose another program.`;
  const nameless = programs.find(({ cc }) => cc === '');
  if (nameless) return `${nameless.name} has no .name: connections choose it by that.`;
  const twice = programs.find(({ cc }, i) => programs.findIndex((one) => one.cc === cc) < i || cc === BUILT_IN);
  if (!twice) return null;
  const other = programs.find(({ cc, name }) => cc === twice.cc && name !== twice.name)?.name ?? 'the kernel’s own';
  return `${twice.name} and ${other} have the same name, ${twice.cc}: the kernel registers only one of them (EEXIST).`;
}

function registerSteps(programs: readonly Program[]): ScenarioStep[] {
  const process = 'loader';
  const at = (i: number, by: number): number =>
    Math.round(2 * MS + ((i + by) / Math.max(1, programs.length)) * 40 * MS);
  return programs.flatMap(({ name, map, cc, forLinks }, i): ScenarioStep[] => [
    { at: at(i, 0), caption: `${name} is loaded as map ${map}.`, command: { do: 'load', process, map, text: name } },
    { at: at(i, 0.3), caption: `Map ${map} is given ${cc}.`, command: { do: 'register', process, map } },
    ...(forLinks
      ? [
          {
            at: at(i, 0.6),
            caption: `A link registers ${cc}.`,
            command: { do: 'link', process, map, link: i + 1 },
          } as const,
        ]
      : []),
  ]);
}

/** Makes the scenario. `texts`: those of all programs in the settings; `examples`: those that can be reset. */
export function benchScenario(settings: BenchSettings, texts: Texts, examples: Texts): Scenario {
  const { rateMbit, rttMs, queue, seed, seconds, flows } = settings;
  const programs = programsOf(settings, texts);
  const ccOf = (program: string): string => programs.find(({ name }) => name === program)?.cc ?? program;
  const until = BEGIN_NS + Math.round(seconds * SECOND);
  const steps: ScenarioStep[] = [
    { at: MS, caption: 'A loader starts.', command: { do: 'spawn', process: 'loader' } },
    ...registerSteps(programs),
    { at: 45 * MS, caption: 'A client starts.', command: { do: 'spawn', process: 'client' } },
    ...flows.flatMap(({ program, start, stop }, i): ScenarioStep[] => {
      const socket = i + 1;
      const cc = ccOf(program);
      const begin = BEGIN_NS + Math.round(start * SECOND);
      const end = BEGIN_NS + Math.round(stop * SECOND);
      const connect = { do: 'connect', process: 'client', socket, cc } as const;
      return [
        { at: begin, caption: `Connection ${socket} starts with ${cc}.`, command: connect },
        ...(end < until
          ? [{ at: end, caption: `Connection ${socket} is closed.`, command: { do: 'close', socket } } as const]
          : []),
      ];
    }),
  ];
  return {
    id: 'bench',
    title: 'Bench',
    intro: `${flows.length === 1 ? 'One connection' : `${flows.length} connections`} over one link, without captions: what each achieves is measured.`,
    path: { rateBps: Math.round(rateMbit * 1e6), delayNs: Math.round((rttMs * MS) / 2), queuePackets: queue },
    seed,
    texts: examples,
    steps: steps.toSorted((a, b) => a.at - b.at),
    openAt: BEGIN_NS,
    until,
    expect: [],
  };
}
