/* A list of which only the visible rows are in the document. The owner has the focus and sets the current row. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useSize } from '../controls/use-size.ts';

interface WindowedListProps {
  readonly id: string;
  readonly label: string;
  readonly count: number;
  /** px of each row */
  readonly rowHeight: number;
  readonly current: number;
  readonly onPick: (index: number) => void;
  readonly renderRow: (index: number) => ReactNode;
}

/** Extra rows above and below the visible ones, so that fast scrolling shows no gap. */
const SPARE = 4;

export const optionId = (list: string, index: number): string => `${list}-${index}`;

export function WindowedList({ id, label, count, rowHeight, current, onPick, renderRow }: WindowedListProps) {
  const place = useRef<HTMLDivElement>(null);
  const size = useSize(place);
  const [scroll, setScroll] = useState(0);
  useEffect(() => {
    const { current: list } = place;
    if (!list) return;
    const top = current * rowHeight;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + rowHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + rowHeight - list.clientHeight;
  }, [current, rowHeight]);
  const height = size?.height ?? 0;
  const first = Math.max(0, Math.min(Math.floor(scroll / rowHeight), count - 1) - SPARE);
  const last = Math.min(count, Math.ceil((scroll + height) / rowHeight) + SPARE);
  return (
    <div
      className="windowed"
      role="listbox"
      id={id}
      aria-label={label}
      ref={place}
      onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
    >
      <div role="presentation" style={{ height: count * rowHeight }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, i) => {
          const index = first + i;
          return (
            <div
              key={index}
              id={optionId(id, index)}
              role="option"
              aria-selected={index === current}
              aria-setsize={count}
              aria-posinset={index + 1}
              className="windowed-row"
              style={{ top: index * rowHeight, height: rowHeight }}
              // the box keeps the focus
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => onPick(index)}
            >
              {renderRow(index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
