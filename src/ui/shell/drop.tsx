import { useEffect, useState } from 'react';
import { followDrops } from '../../page/engine/file-input.ts';

/** Says what dropping a file on the page will do, while it is dragged over it. */
export function Drop() {
  const [over, setOver] = useState(false);
  useEffect(() => followDrops(setOver), []);
  if (!over) return null;
  return (
    <div className="drop" role="status">
      <p>Drop a .bpf.o to load and register it, a BTF to look at its types, or a text to edit it</p>
    </div>
  );
}
