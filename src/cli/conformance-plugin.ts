/** The plug-in that the public bpf_conformance runner executes: `PLUGIN [MEM] [--interpreter|--jit]`, the program on stdin. */
import { readFileSync } from 'node:fs';
import { runPlugin } from '../engine/index.ts';

const args = process.argv.slice(2);
const engine = args.includes('--interpreter') ? 'interpreted' : 'compiled';
const { output, status } = runPlugin(args, readFileSync(0, 'utf8'), engine);
console.log(output);
process.exitCode = status;
