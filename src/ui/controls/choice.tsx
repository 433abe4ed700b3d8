/*
 * A button with a menu to choose one of a few items. Arrows move, Enter chooses, Escape closes and returns the focus.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  /** `group`: heading above the group's first item */
  readonly items: readonly {
    readonly value: string;
    readonly title: string;
    readonly note: string;
    readonly group?: string;
  }[];
  readonly onChoose: (value: string) => void;
  readonly children: ReactNode;
}

export function Choice({ label, value, items, onChoose, children }: ChoiceProps) {
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const menu = useId();
  const close = (): void => {
    setOpen(false);
    trigger.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const onPointerDown = (event: PointerEvent): void => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    window.addEventListener('pointerdown', onPointerDown);
    return () => window.removeEventListener('pointerdown', onPointerDown);
  }, [open]);
  return (
    <div
      className="choice"
      ref={place}
      onBlur={({ relatedTarget }) => {
        if (!place.current?.contains(relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={trigger}
        type="button"
        className="button"
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? menu : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' || open) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        <span className="spoken">{label}: </span>
        {children}
      </button>
      {open && (
        <ChoiceMenu
          id={menu}
          label={label}
          value={value}
          items={items}
          onClose={close}
          onChoose={(chosen) => {
            close();
            onChoose(chosen);
          }}
        />
      )}
    </div>
  );
}

interface ChoiceMenuProps extends Omit<ChoiceProps, 'children'> {
  readonly id: string;
  readonly onClose: () => void;
}

const itemsOf = (menu: HTMLElement | null): HTMLElement[] => [
  ...(menu?.querySelectorAll<HTMLElement>('[role="menuitemradio"]') ?? []),
];

/** Distance between the menu and its button, and least distance to the window's edge, px. */
const GAP = 6;
const EDGE = 8;

const STEP: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };

function ChoiceMenu({ id, label, value, items, onChoose, onClose }: ChoiceMenuProps) {
  const list = useRef<HTMLDivElement>(null);
  // drawn above everything, since a pane's head would clip it
  useLayoutEffect(() => {
    const { current } = list;
    const trigger = current?.parentElement?.getBoundingClientRect();
    if (!current || !trigger) return;
    current.showPopover();
    const left = Math.min(trigger.left, window.innerWidth - current.offsetWidth - EDGE);
    current.style.left = `${Math.max(EDGE, left)}px`;
    current.style.top = `${trigger.bottom + GAP}px`;
    current.style.maxHeight = `${window.innerHeight - trigger.bottom - GAP - EDGE}px`;
  }, []);
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>('[aria-checked="true"]');
    (chosen ?? itemsOf(list.current)[0])?.focus();
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = itemsOf(list.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { Home: 0, End: all.length - 1 }[event.key] ?? (at + (STEP[event.key] ?? 0) + all.length) % all.length;
    if (event.key === 'Escape') onClose();
    else if (to === at) return;
    else all[to]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="menu" popover="manual" role="menu" id={id} aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {items.map((item, i) => (
        <button
          key={item.value}
          data-group={item.group === items[i - 1]?.group ? undefined : item.group}
          type="button"
          role="menuitemradio"
          className="menu-item"
          aria-checked={item.value === value}
          tabIndex={-1}
          onClick={() => onChoose(item.value)}
        >
          <span className="menu-title">{item.title}</span>
          {item.note && <span className="menu-note">{item.note}</span>}
        </button>
      ))}
    </div>
  );
}
