import { ChevronDown, ChevronLeft, ChevronRight, Ellipsis, Pause, Play, Search, SkipBack } from 'lucide-react';
import { SCENARIOS } from '../../scenarios/index.ts';
import { KERNELS } from '../../engine/index.ts';
import { chooseKernel, startScenario } from '../../page/commands/lab.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { chooseSpeed } from '../../page/commands/time.ts';
import { CommandButton } from '../controls/command-button.tsx';
import { Choice } from '../controls/choice.tsx';
import { Keys } from '../controls/keys.tsx';
import { lackedBy } from '../../page/store/told-for.ts';
import { SPEEDS, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { Logo } from './logo.tsx';
import { ThemeButton } from './theme-button.tsx';

export function TopBar() {
  return (
    <header className="top-bar">
      <h1 className="logo">
        <Logo />
        ops.play
      </h1>
      <ScenarioMenu />
      <KernelMenu />
      <span className="spring" />
      <div className="transport">
        <Transport />
        <Speed />
      </div>
      <span className="spring" />
      <button
        type="button"
        className="button search"
        aria-label="Search or run"
        onClick={() => runCommand('help.palette')}
      >
        <Search aria-hidden="true" />
        <span className="grow">Search or run</span>
        <Keys keys="Ctrl+K" />
      </button>
      <MoreMenu />
      <ThemeButton />
    </header>
  );
}

/** Menu of commands for sharing, saving and help, for users who do not know the palette. */
const MORE = [
  ['share.link', 'Copy a link', 'to this moment, with texts and commands'],
  ['share.present', 'Present', 'the captions of this run as a talk'],
  ['lab.kept', 'My labs', 'keep this one, open others, texts and drafts'],
  ['share.save', 'Save as a file', 'the whole lab'],
  ['share.export', 'Pictures and data', 'SVG, PNG, CSV, JSON, Mermaid, HTML, print'],
  ['share.record', 'Record', 'make a scenario of what you did'],
  ['help.pages', 'Help', 'views, terms, error numbers, checks'],
  ['help.settings', 'Settings', 'text, theme, contrast, motion, keys'],
] as const;

function MoreMenu() {
  return (
    <Choice
      label="Share, keep, help"
      value=""
      items={MORE.map(([value, title, note]) => ({ value, title, note }))}
      onChoose={(id) => runCommand(id)}
    >
      <Ellipsis aria-hidden="true" />
    </Choice>
  );
}

const BENCH = 'bench';

function ScenarioMenu() {
  const scenario = useLab((state) => state.scenario);
  return (
    <Choice
      label="Scenario"
      value={scenario?.id ?? ''}
      items={[
        ...SCENARIOS.map(({ id, title, intro, topic }) => ({ value: id, title, note: intro, group: topic })),
        {
          value: BENCH,
          title: 'Bench',
          note: 'Your own connections, each with a program, measured.',
          group: 'Your own',
        },
      ]}
      onChoose={(id) => (id === BENCH ? runCommand('lab.bench') : startScenario(id))}
    >
      <span className="scenario-title">{scenario?.title ?? 'Scenario'}</span>
      <ChevronDown aria-hidden="true" />
    </Choice>
  );
}

/** Note of a kernel, and why this scenario cannot run on it. */
const noteOf = (note: string, lacked: readonly string[]): string =>
  lacked.length === 0 ? note : `${note} This scenario needs ${lacked.join(' and ')}.`;

function KernelMenu() {
  const kernel = useLab((state) => state.kernel);
  const id = useLab((state) => state.scenario?.id ?? '');
  return (
    <Choice
      label="Kernel"
      value={kernel}
      items={KERNELS.map(({ profile: { name }, note }) => ({
        value: name,
        title: name,
        note: noteOf(note, lackedBy(id, name)),
      }))}
      onChoose={chooseKernel}
    >
      {kernel}
      <ChevronDown aria-hidden="true" />
    </Choice>
  );
}

/** Shows the unit of Step and Back, as a switch. */
function Grain() {
  const grain = useChoices((state) => state.grain);
  const other = grain === 'event' ? 'instruction' : 'event';
  return (
    <button
      type="button"
      className="button grain"
      title={`Step and Back move by ${grain}; press to move by ${other}`}
      aria-label={`Step and Back by ${grain}`}
      aria-keyshortcuts="B"
      onClick={() => runCommand('time.grain')}
    >
      <span className="grain-by">by</span>
      {grain === 'event' ? 'event' : 'insn'}
    </button>
  );
}

function Transport() {
  const playing = useLab((state) => state.playing);
  return (
    <div className="segments" role="toolbar" aria-label="Time">
      <CommandButton command="time.start" icon={<SkipBack aria-hidden="true" />} showKey={false} label="To the start" />
      <CommandButton command="time.back" icon={<ChevronLeft aria-hidden="true" />} label="Back">
        <span className="word">Back</span>
      </CommandButton>
      <CommandButton
        command="time.play"
        primary
        icon={playing ? <Pause aria-hidden="true" className="solid" /> : <Play aria-hidden="true" className="solid" />}
      >
        <span className="play-word">{playing ? 'Pause' : 'Play'}</span>
      </CommandButton>
      <CommandButton command="time.step" trailing={<ChevronRight aria-hidden="true" />} label="Step">
        <span className="word">Step</span>
      </CommandButton>
      <Grain />
      <CommandButton command="time.next-state">Next state</CommandButton>
    </div>
  );
}

function Speed() {
  const speed = useChoices((state) => state.speed);
  return (
    <Choice
      label="Speed"
      value={String(speed)}
      items={SPEEDS.map((one) => ({ value: String(one), title: `${one}×`, note: '' }))}
      onChoose={(value) => chooseSpeed(Number(value))}
    >
      {speed}×
    </Choice>
  );
}
