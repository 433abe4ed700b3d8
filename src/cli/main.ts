/** The lab on the command line: `npm run -s lab -- VERB ...`. One table of verbs; each is a function of its arguments. */
import { askVerb } from './ask.ts';
import { benchVerb } from './bench.ts';
import { btfVerb } from './btf.ts';
import { Usage, type Verb } from './cli.ts';
import { consoleVerb } from './console.ts';
import { conformanceVerb, isaVerb } from './isa.ts';
import { objectVerb } from './object.ts';
import { replayVerb } from './replay.ts';
import { runVerb } from './run.ts';
import { simVerb } from './sim.ts';
import { diffVerb, watchVerb } from './time.ts';
import { traceVerb } from './trace.ts';
import { verifyVerb } from './verify.ts';

const VERBS: readonly Verb[] = [
  runVerb,
  simVerb,
  replayVerb,
  consoleVerb,
  askVerb,
  watchVerb,
  diffVerb,
  traceVerb,
  objectVerb,
  btfVerb,
  isaVerb,
  conformanceVerb,
  benchVerb,
  verifyVerb,
];

const HELP: readonly string[] = ['--help', '-h'];

function help(): void {
  console.log('lab VERB ...\n');
  const width = Math.max(...VERBS.map(({ usage }) => usage.length));
  for (const { usage, summary } of VERBS) console.log(`  ${usage.padEnd(width)}  ${summary}`);
}

function main([name, ...args]: string[]): number {
  if (name === undefined || name === 'help' || HELP.includes(name)) {
    help();
    return name === undefined ? 2 : 0;
  }
  const verb = VERBS.find((v) => v.name === name);
  if (!verb) {
    console.error(`lab: no verb "${name}". There are: ${VERBS.map((v) => v.name).join(', ')}.`);
    return 2;
  }
  if (args.length === 1 && HELP.includes(args[0])) {
    console.log(`usage: lab ${verb.usage}\n${verb.summary}`);
    return 0;
  }
  try {
    return verb.run(args);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Usage)) {
      console.error(`lab ${name}: ${message}`);
      return 1;
    }
    console.error(`lab ${name}: ${message}\nusage: lab ${verb.usage}`);
    return 2;
  }
}

// the reader of a pipe (`| head`) may close it early
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = main(process.argv.slice(2));
