import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Engine, runConformance, runIsaRecording } from '../engine/index.ts';
import { readBytes, Usage, type Verb } from './cli.ts';

const ENGINES: Readonly<Record<string, Engine>> = { '--jit': 'compiled', '--interpreter': 'interpreted' };

/** The engines to use (both, or the one named by an option), and the remaining arguments. */
function enginesOf(args: readonly string[]): { engines: readonly Engine[]; rest: readonly string[] } {
  const unknown = args.find((arg) => arg.startsWith('--') && !Object.hasOwn(ENGINES, arg));
  if (unknown !== undefined) throw new Usage(`no option ${unknown}`);
  const named = args.filter((arg) => Object.hasOwn(ENGINES, arg)).map((arg) => ENGINES[arg]);
  return {
    engines: named.length > 0 ? named : Object.values(ENGINES),
    rest: args.filter((arg) => !arg.startsWith('--')),
  };
}

const text = (path: string): string => new TextDecoder().decode(readBytes(path));

export const isaVerb: Verb = {
  name: 'isa',
  usage: 'isa FILE.json [--jit|--interpreter]',
  summary: 'runs recorded programs of a kernel again, compiled and interpreted',
  run(args) {
    const { engines, rest } = enginesOf(args);
    if (rest.length === 0) throw new Usage('which file?');
    let mismatches = 0;
    for (const file of rest) {
      for (const engine of engines) {
        const report = runIsaRecording(text(file), engine);
        mismatches += report.mismatches;
        for (const line of report.lines) console.log(`${engine}: ${line}`);
      }
    }
    return mismatches === 0 ? 0 : 1;
  },
};

export const conformanceVerb: Verb = {
  name: 'conformance',
  usage: 'conformance DIR [--jit|--interpreter]',
  summary: 'runs a folder of bpf_conformance test files',
  run(args) {
    const { engines, rest } = enginesOf(args);
    const [folder] = rest;
    if (folder === undefined) throw new Usage('which folder?');
    const files = listFolder(folder)
      .filter((name) => name.endsWith('.data'))
      .map((name) => ({ name: basename(name), text: text(join(folder, name)) }));
    if (files.length === 0) throw new Usage(`no .data files in ${folder}`);
    let failed = 0;
    for (const engine of engines) {
      const report = runConformance(files, engine);
      failed += report.failed;
      for (const line of report.lines) console.log(`${engine}: ${line}`);
    }
    return failed === 0 ? 0 : 1;
  },
};

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}
