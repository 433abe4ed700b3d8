/*
 * A text that stands in for one of a scenario's own takes its place whatever its `.name`: what the scenario asks for by
 * the old name, it asks for by the new one. Else its connections would be refused for a name that nobody registers.
 */
import { own } from '../base/own.ts';
import type { Command, Scenario, ScenarioStep } from './commands.ts';

export interface StandIn {
  /** name of the text */
  readonly text: string;
  /** congestion control name of the scenario's own text, and of the one in its place */
  readonly from: string;
  readonly to: string;
}

type Texts = Readonly<Record<string, string>>;

const nameIn = (text: string): string => /^\s*\.name\s+"([^"]+)"/m.exec(text)?.[1] ?? '';

/** `texts`: those that take the place of the `brought`. A name that another text of the run still has is nobody else's. */
export function standIns(brought: Texts, texts: Texts): StandIn[] {
  const rows = Object.entries(brought).map(([text, source]): StandIn => {
    return { text, from: nameIn(source), to: nameIn(own(texts, text) ?? source) };
  });
  const kept = new Set(rows.map(({ to }) => to));
  const firsts = rows.filter(({ from }, i) => rows.findIndex((row) => row.from === from) === i);
  return firsts.filter(({ from, to }) => from !== '' && to !== '' && from !== to && !kept.has(from));
}

/** The scenario with its steps and captions under the names that are there. */
export function followNames(scenario: Scenario, texts: Texts): Scenario {
  const names = new Map(standIns(scenario.texts, texts).map(({ from, to }) => [from, to]));
  if (names.size === 0) return scenario;
  // whole words: `bpf_reno` is a part of `bpf_reno_2`
  const renamed = (words: string): string => words.replace(/\w+/g, (word) => names.get(word) ?? word);
  const step = (one: ScenarioStep): ScenarioStep => ({
    ...one,
    caption: renamed(one.caption),
    command: renamedCommand(one.command, renamed),
  });
  return { ...scenario, steps: scenario.steps.map(step) };
}

function renamedCommand(command: Command, renamed: (words: string) => string): Command {
  switch (command.do) {
    case 'connect':
      return command.cc === undefined ? command : { ...command, cc: renamed(command.cc) };
    case 'setsockopt':
      return { ...command, cc: renamed(command.cc) };
    case 'sysctl':
      return { ...command, value: renamed(command.value) };
    default:
      return command;
  }
}
