/*
 * A text that replaces one of a scenario's may have another `.name`: wherever the scenario uses the old name, it then
 * uses the new one. Otherwise its connections would be refused for a name that is not registered.
 */
import { own } from '../base/own.ts';
import type { Command, Scenario, ScenarioStep } from './commands.ts';

export interface StandIn {
  /** name of the text */
  readonly text: string;
  /** congestion control name in the scenario's own text, and in its replacement */
  readonly from: string;
  readonly to: string;
}

type Texts = Readonly<Record<string, string>>;

const nameIn = (text: string): string => /^\s*\.name\s+"([^"]+)"/m.exec(text)?.[1] ?? '';

/** Finds renamed texts; `texts` replace the `brought`. A name that another text of the run still has is not replaced. */
export function standIns(brought: Texts, texts: Texts): StandIn[] {
  const rows = Object.entries(brought).map(([text, source]): StandIn => {
    return { text, from: nameIn(source), to: nameIn(own(texts, text) ?? source) };
  });
  const kept = new Set(rows.map(({ to }) => to));
  const firsts = rows.filter(({ from }, i) => rows.findIndex((row) => row.from === from) === i);
  return firsts.filter(({ from, to }) => from !== '' && to !== '' && from !== to && !kept.has(from));
}

/** The scenario with the new names in its steps and captions. */
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
