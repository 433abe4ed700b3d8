/*
 * The page's side of the protocol. It owns the worker: starts it, puts its messages into the stores, and replaces it
 * when it stops answering.
 */
import { assertUnreachable, DEFAULT_KERNEL, type Command, type History, type Scenario } from '../../engine/index.ts';
import { type Begin, type FromWorker, type Kept, PROTOCOL_VERSION, type ToWorker } from '../../protocol/messages.ts';
import { type MemoryWindow } from '../../protocol/moves.ts';
import { act } from '../frame.ts';
import { currentFrame, type Motion, putFrame, setMotion } from '../frame-source.ts';
import { choices, choose } from '../store/choices.ts';
import { editText } from '../store/texts.ts';
import { lab, lastingNotices, notify, told } from '../store/lab.ts';
import { type Act, type CommandLog, emptyLog, logAct, replay, withoutAct } from './command-log.ts';
import type { AnswerOf, AskName, RequestOf } from '../../protocol/asks.ts';
import type { MoveMessage } from '../../protocol/moves.ts';
import { createAsking } from './answers.ts';
import { timeOf } from '../../protocol/frame.ts';
import { FollowedHistory } from '../../protocol/history.ts';
import { unpackHistory } from '../../protocol/history-message.ts';
import { viewOf } from '../record/view-now.ts';
import { createFences } from './fences.ts';
import { kernelFiles } from './kernel-files.ts';
import { endJob, forgetNews, frameCame, keepForFrame, tellWithFrame } from './news.ts';
import { withSamples } from './samples.ts';
import { createWatchdog, TICK_MS } from './watchdog.ts';

type KeptRun = Kept & { readonly history: History };
type Texts = Readonly<Record<string, string>>;

let worker: Worker | null = null;
let log: CommandLog | null = null;
const logListeners: (() => void)[] = [];
/** last message sent that no frame has answered */
let unanswered: ToWorker | null = null;
/** number of the last action */
let acts = 0;
/** checkpoint from which a new worker continues; null when the run must be repeated from its beginning */
let kept: KeptRun | null = null;
/** number of the last action at the beginning of the run; checkpoints of earlier runs have a smaller one */
let begun = 0;
/** the run before the last restart, in case the restart kills the worker */
let before: { readonly log: CommandLog; readonly kept: KeptRun | null } | null = null;
/** during a replay notices are repeated, and therefore not shown */
let replaying = false;
/** ends of the engine since it last reached the page's place, or since the user's last request */
let ends = 0;
/** time to which a new worker is being brought, ns */
let broughtTo: number | null = null;
/** what the page knows of the worker's run */
let history = new FollowedHistory();
let windows: readonly MemoryWindow[] = [];
let windowsOfFrames: readonly MemoryWindow[] = [];

const fences = createFences();
const post = (message: ToWorker): void => worker?.postMessage(message, []);
const asking = createAsking(post, (answers) => act(() => told({ answers })));
const ping = (then?: () => void): void => post({ type: 'ping', n: fences.raise(then) });

const watchdog = createWatchdog({
  ping: () => ping(),
  ask: (asking) => told({ phase: asking ? 'asking' : 'ready' }),
  end: () => void startAgain(),
});
let watching = 0;

function watchWorker(): void {
  clearInterval(watching);
  watching = window.setInterval(
    () => watchdog.tick(performance.now(), document.visibilityState === 'visible'),
    TICK_MS,
  );
}

function startWorker(): void {
  endWorker();
  const started = new Worker(new URL('../../worker/worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => receive(data));
  started.addEventListener('error', ({ message }) => crashed(message || 'The engine could not be started.'));
  worker = started;
}

/** Starts the worker and fetches the kernel's types (null: of the kernel that most scenarios use) before the page draws. */
export function warmUp(kernel: string | null): void {
  startWorker();
  void kernelFiles(kernel ?? DEFAULT_KERNEL).catch(() => {});
}

function endWorker(): void {
  clearInterval(watching);
  worker?.terminate();
  worker = null;
  windowsOfFrames = [];
  unanswered = null;
  forgetNews();
  fences.forget();
  asking.begin(0);
}

function crashed(message: string): void {
  endWorker();
  told({ phase: 'crashed', crash: message, playing: false, job: null });
}

async function openLog(opened: CommandLog): Promise<boolean> {
  try {
    const { kernel, texts, unverified, begin } = opened;
    const [{ btf, ids }, scenario] = await Promise.all([kernelFiles(kernel), withSamples(opened.scenario)]);
    if (opened !== log) return false;
    if (!worker) startWorker();
    const run = { kernel, btf, ids, scenario, texts, unverified, begin, n: begun };
    post({ type: 'open', version: PROTOCOL_VERSION, ...run, ...(kept ? { kept } : {}) });
    post({ type: 'breakpoints', breakpoints: choices().breakpoints });
    post({ type: 'breaks', breaks: choices().breaks });
    sendWindows();
    return true;
  } catch (error) {
    crashed(`The lab's files could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** Opens a scenario on a kernel; `texts` replace its own. */
export const openScenario = (scenario: Scenario, kernel: string, texts: Texts = {}, begin?: Begin): void =>
  openRun(emptyLog(scenario, kernel, texts, false, begin));

function setLog(next: CommandLog): void {
  log = next;
  for (const listener of logListeners) listener();
}

/** Calls `listener` after an action on the lab, or when another one was opened. */
export const onLog = (listener: () => void): void => void logListeners.push(listener);

/** Actions on the lab so far; null before the first scenario. */
export const currentLog = (): CommandLog | null => log;

/** Opens an earlier run and repeats its actions; `time`: where to go, ns. */
export function openAgain(before: CommandLog, time: number): void {
  openRun({ ...before, begin: before.begin ?? { commands: [], time } });
  const opened = log;
  void opening.then(() => {
    if (opened === log && opened !== null) for (const message of replay(opened, time)) post(message);
  });
}

let opening: Promise<boolean> = Promise.resolve(false);

function openRun(wanted: CommandLog): void {
  const opened = beginRun(wanted);
  forgetNews();
  const { scenario, kernel } = opened;
  told({
    phase: 'starting',
    crash: null,
    scenario,
    kernel,
    cold: null,
    history: null,
    cpu: null,
    notices: lastingNotices(),
    playing: false,
  });
  setMotion('scrub');
  opening = openLog(opened);
}

/** Begins a run; actions that it repeats get new numbers, since frames with lower ones are of earlier runs. */
function beginRun(next: CommandLog): CommandLog {
  begun = ++acts;
  asksAnew();
  kept = null;
  before = null;
  const numbered = { ...next, acts: next.acts.map((one) => ({ ...one, act: { ...one.act, n: ++acts } })) };
  setLog(numbered);
  return numbered;
}

/** Resets the lab, after a crash or on demand: the scenario from its beginning, with the example's texts. */
export function resetLab(): void {
  if (!log) return;
  endWorker();
  openScenario(log.scenario, log.kernel);
}

const WORDS: Partial<Record<ToWorker['type'], string>> = {
  play: 'playing',
  seek: 'moving to another time',
  restart: 'the restart',
  command: 'the last command',
  'register-new': 'registering the new map',
};

/** Silence after which a new worker counts as hanging too, ms; its files have been fetched before. */
const OPENING_MS = 10_000;

/**
 * Replaces the worker, and brings the new one to the page's time. If that ends it again, the run starts from its beginning; if that ends it
 * too, the engine is given up.
 */
async function startAgain(): Promise<void> {
  if (!log) return;
  const ended = unanswered;
  const { time, event } = currentFrame().hot;
  endWorker();
  ends++;
  if (ends > 2) return crashed('The engine stopped answering three times in a row.');
  const isSecond = ends === 2;
  const suspects = isSecond ? log.texts : textsOf(ended);
  if (ended?.type === 'restart' && before) ({ log, kept } = before);
  begun = Math.min(begun, kept?.n ?? begun);
  markHung(suspects, isSecond ? log.scenario.texts : (kept?.texts ?? log.texts));
  if (isSecond) kept = null;
  // the example's texts: the user's may be what ends the engine, and stand in the editor
  setLog(isSecond ? emptyLog(log.scenario, log.kernel, {}) : withoutAct(log, ended));
  told({ phase: 'starting', playing: false, cpu: null });
  if (!(await openLog(log))) return;
  watching = window.setInterval(() => void startAgain(), OPENING_MS);
  replaying = true;
  const done = kept && { n: kept.n, event: kept.run.commands.at(-1)?.event ?? 0 };
  for (const message of isSecond ? replay(log, 0) : replay(log, time, event, done)) post(message);
  // a run is at its start before any work is done
  broughtTo = isSecond ? null : time;
  ping(() => {
    replaying = false;
    tellRestart(isSecond ? 'everything done was left out' : ended && `${WORDS[ended.type] ?? 'a step'} was left out`);
  });
}

const textsOf = (message: ToWorker | null): Texts =>
  message?.type === 'restart'
    ? message.texts
    : message?.type === 'register-new'
      ? { [message.name]: message.text }
      : {};

/** Marks the texts with which the engine ended, and not those that it ran before. */
function markHung(texts: Texts, sound: Texts): void {
  const known = new Set(Object.values({ ...log?.scenario.texts, ...sound }));
  const suspects = Object.values(texts).filter((text) => !known.has(text));
  told({ hung: new Set([...lab().hung, ...suspects]) });
}

function tellRestart(leftOut: string | null): void {
  notify({
    kind: 'error',
    lasting: true,
    title: 'The engine was stopped and started again',
    detail: `It had not answered${leftOut ? `: ${leftOut}` : ''}. Your texts are untouched.`,
  });
}

/** Stops the engine: the user's answer to "still working: stop?". */
export const stopEngine = (): void => void startAgain();

function receive(message: FromWorker): void {
  watchdog.heard();
  switch (message.type) {
    case 'ready':
      told({ phase: 'ready' });
      watchWorker();
      return;
    case 'frame':
      // of a run that another one replaces
      if (message.n < begun) return;
      // while playing, frames may still be from before the action
      if (!unanswered || !('n' in unanswered) || message.n >= (unanswered.n ?? 0)) unanswered = null;
      if (broughtTo !== null && timeOf(message.numbers) === broughtTo) asksAnew();
      putFrame(message, windowsOfFrames);
      frameCame(message.playing);
      return;
    case 'cold':
      keepForFrame({ cold: message.cold });
      return;
    case 'history':
      if (message.whole) history = new FollowedHistory();
      keepForFrame({ history: history.take(unpackHistory(message.delta)) });
      return;
    case 'kept':
      if (message.kept.n >= begun) kept = { ...message.kept, history: history.shown };
      return;
    case 'cpu':
      keepForFrame({ cpu: message.cpu });
      return;
    case 'traced':
      told({ traced: { lines: message.lines, left: message.left } });
      return;
    case 'texts':
      told({ loaded: message.texts, notices: lastingNotices() });
      adoptRegistered(message.texts);
      return;
    case 'notice':
      if (!replaying) notify(message.notice);
      return;
    case 'heartbeat':
      tellWithFrame({ job: { name: message.job, progress: message.progress } });
      return;
    case 'run':
      asking.begin(message.run);
      return;
    case 'answer':
      endJob();
      asking.answered(message);
      return;
    case 'pong':
      fences.answered(message.n);
      return;
    case 'crash':
      crashed(message.message);
      return;
    default:
      assertUnreachable(message);
  }
}

const MOTION: Partial<Record<MoveMessage['type'], Motion>> = { play: 'play', seek: 'scrub' };

/** Forgets earlier ends of the engine, because a new request may not be their cause. */
function asksAnew(): void {
  ends = 0;
  broughtTo = null;
}

/** Moves the cursor. */
export function move(message: MoveMessage): void {
  asksAnew();
  setMotion(MOTION[message.type] ?? 'step');
  unanswered = message;
  post(message);
}

function perform(asked: Act): void {
  if (!log) return;
  asksAnew();
  const message = { ...asked, n: ++acts };
  setMotion('step');
  const { time, event } = currentFrame().hot;
  setLog(logAct(log, message, time, event, viewOf(choices())));
  unanswered = message;
  post(message);
}

export const command = (command: Command): void => perform({ type: 'command', command });

/** The text being registered under its own name; it gets a tab when the kernel has accepted it. */
let registering: { readonly name: string; readonly text: string } | null = null;

export function registerNew(name: string, text: string): void {
  registering = { name, text };
  perform({ type: 'register-new', name, text });
}

function adoptRegistered(texts: Texts): void {
  if (!registering || texts[registering.name] !== registering.text) return;
  editText(registering.name, registering.text);
  choose({ activeText: registering.name });
  registering = null;
}

/**
 * Restarts the scenario with the same seed and these texts. `unverified`: also run programs that the verifier refuses.
 */
export function restart(texts: Texts, unverified = false): void {
  if (!log) return;
  const last = { log, kept };
  beginRun(emptyLog(log.scenario, log.kernel, texts, unverified));
  before = last;
  const message: ToWorker = { type: 'restart', texts, unverified, n: acts };
  unanswered = message;
  setMotion('scrub');
  post(message);
}

/** Asks a question about the run; one per `subject` is kept. Resolves with null when the run ends first. */
export const ask = <N extends AskName>(
  name: N,
  request: RequestOf<N>,
  subject: string | number = '',
): Promise<AnswerOf<N> | null> => asking.ask(name, request, subject);

/** Requests the same run on another kernel. */
export async function compareWith(kernel: string): Promise<void> {
  try {
    const { btf, ids } = await kernelFiles(kernel);
    await ask('compare', { kernel, btf, ids }, kernel);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    notify({ kind: 'error', title: `The types of ${kernel} could not be loaded`, detail });
  }
}

export const setBreaks = (): void => post({ type: 'breaks', breaks: choices().breaks });

export const setBreakpoints = (): void => post({ type: 'breakpoints', breakpoints: choices().breakpoints });

const watchers = new Map<string, readonly MemoryWindow[]>();

/** Registers bytes that a view needs with every frame; an empty list unregisters. */
export function watch(view: string, wanted: readonly MemoryWindow[]): void {
  const before = watchers.get(view) ?? [];
  if (JSON.stringify(before) === JSON.stringify(wanted)) return;
  if (wanted.length > 0) watchers.set(view, wanted);
  else watchers.delete(view);
  windows = [...watchers.values()].flat();
  sendWindows();
}

/** Sends the list of windows; frames after the answer contain them. */
function sendWindows(): void {
  const asked = windows;
  ping(() => {
    windowsOfFrames = asked;
  });
  post({ type: 'watch', windows: asked });
}
