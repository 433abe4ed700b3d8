/* The command palette: type a few letters, Enter runs. */
import { Dialog } from '@base-ui/react/dialog';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { PageCommand } from '../../page/commands/command.ts';
import { COMMANDS, isEnabled } from '../../page/commands/registry.ts';
import { runSoon } from '../../page/commands/soon.ts';
import { Keys } from '../controls/keys.tsx';
import { dismissOverlay, returnFocus, showOverlay, useOverlay } from '../../page/store/overlay.ts';
import { rank } from './rank.ts';

export function Palette() {
  const early = useOverlay(({ typed }) => typed);
  const [own, setQuery] = useState<string | null>(null);
  const query = own ?? early;
  const [at, setAt] = useState(0);
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const found = useMemo(() => commandsFor(query), [query]);
  const current = Math.min(at, found.length - 1);
  const chosen = found[current];
  const run = (command: PageCommand | undefined): void => {
    showOverlay(null);
    if (!command) return;
    runSoon(() => {
      command.run({});
      returnFocus();
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setAt((current + step + found.length) % found.length);
    else if (event.key === 'Enter') run(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && dismissOverlay()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="palette" initialFocus={input}>
          <Dialog.Title className="spoken">Search or run a command</Dialog.Title>
          <input
            ref={input}
            className="palette-input"
            placeholder="Search or run"
            role="combobox"
            aria-label="Command"
            aria-expanded="true"
            aria-controls={list}
            aria-activedescendant={chosen ? `${list}-${chosen.id}` : undefined}
            aria-autocomplete="list"
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
          <Entries id={list} commands={found} chosen={chosen} onRun={run} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const commandsFor = (query: string): readonly PageCommand[] =>
  rank(
    COMMANDS.filter((command) => !command.hidden && isEnabled(command)),
    query,
    titleOf,
  );

const titleOf = ({ title, group, about, also = '' }: PageCommand): string =>
  `${title} ${about?.() ?? ''} ${group} ${also}`;

interface EntriesProps {
  readonly id: string;
  readonly commands: readonly PageCommand[];
  readonly chosen: PageCommand | undefined;
  readonly onRun: (command: PageCommand) => void;
}

function Entries({ id, commands, chosen, onRun }: EntriesProps) {
  return (
    <>
      <div className="palette-list" role="listbox" id={id} aria-label="Commands">
        {commands.map((command) => (
          <Entry
            key={command.id}
            id={`${id}-${command.id}`}
            command={command}
            selected={command === chosen}
            onRun={() => onRun(command)}
          />
        ))}
      </div>
      {commands.length === 0 && <p className="palette-none">No command matches.</p>}
    </>
  );
}

interface EntryProps {
  readonly id: string;
  readonly command: PageCommand;
  readonly selected: boolean;
  readonly onRun: () => void;
}

function Entry({ id, command, selected, onRun }: EntryProps) {
  const entry = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected) entry.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  const { title, group, about, keys = [] } = command;
  return (
    <div ref={entry} id={id} role="option" aria-selected={selected} className="palette-entry" onClick={onRun}>
      <span className="palette-title">
        {title}
        {about && <b> {about()}</b>}
      </span>
      <span className="note">{group}</span>
      {keys.map((key) => (
        <Keys key={key} keys={key} />
      ))}
    </div>
  );
}
