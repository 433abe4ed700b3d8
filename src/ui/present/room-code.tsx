import { useEffect, useState } from 'react';
import { hashOf, LONGEST_QR } from '../../page/share/link.ts';
import { takeLab } from '../../page/share/take.ts';
import { Qr } from '../share/share-sheet.tsx';

/** The link to this step as a QR code, for the audience's phones. */
export function RoomCode() {
  const [link, setLink] = useState<string | null>(null);
  useEffect(() => {
    let ended = false;
    void takeLab()
      .then((doc) => (doc ? hashOf({ ...doc, view: undefined }) : ''))
      .then((hash) => !ended && setLink(`${location.href.replace(/#.*$/, '')}${hash}`));
    return () => {
      ended = true;
    };
  }, []);
  if (link === null) return null;
  return (
    <div className="room-code">
      {link.length <= LONGEST_QR ? (
        <Qr text={link} />
      ) : (
        <p role="status">
          The link has {link.length.toLocaleString('en')} characters: too many for a code that a room can read.
        </p>
      )}
    </div>
  );
}
