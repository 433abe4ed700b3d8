import { parseArgs } from 'node:util';
import { PROFILES, registerObject } from '../engine/index.ts';
import { readBytes, shippedParts, Usage, type Verb } from './cli.ts';

function parse(args: string[]) {
  try {
    const options = { kernel: { type: 'string' }, debug: { type: 'boolean' } } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

export const objectVerb: Verb = {
  name: 'object',
  usage: 'object FILE.bpf.o [--kernel v6.1|v6.12] [--debug]',
  summary: 'opens, loads and attaches an object as libbpf does, on a machine of its own',
  run(args) {
    const { values, positionals } = parse(args);
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new Usage('takes one object file');
    const kernel = values.kernel ?? 'v6.12';
    const profile = PROFILES[kernel];
    if (!profile) throw new Usage(`no kernel "${kernel}"; there are ${Object.keys(PROFILES).join(', ')}`);
    const { ok, lines } = registerObject(readBytes(file), file, shippedParts(kernel).btf, profile);
    for (const { level, text } of lines) {
      if (level === 'debug' && !values.debug) continue;
      if (level === 'result') console.log(text);
      else console.error(level === 'error' ? `Error: ${text}` : `libbpf: ${text}`);
    }
    return ok ? 0 : 1;
  },
};
