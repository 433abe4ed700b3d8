import { useEffect, useState } from 'react';
import { present } from '../../page/present/talk.ts';
import { hashOf, LONGEST_QR } from '../../page/share/link.ts';
import { largestPart } from '../../page/share/longest.ts';
import { saveLab } from '../../page/share/save.ts';
import { takeLab } from '../../page/share/take.ts';
import { Qr } from '../share/share-sheet.tsx';

interface Code {
  readonly link: string;
  /** what takes most of the link */
  readonly largest: string;
}

async function makeCode(): Promise<Code | null> {
  const doc = await takeLab();
  if (!doc) return null;
  const shown = { ...doc, view: undefined };
  return { link: `${location.href.replace(/#.*$/, '')}${await hashOf(shown)}`, largest: largestPart(shown) };
}

/** The link to this step as a QR code, for the audience's phones; a lab too large for a code is offered as a file. */
export function RoomCode() {
  const [code, setCode] = useState<Code | null>(null);
  useEffect(() => {
    let ended = false;
    void makeCode().then((made) => !ended && setCode(made));
    return () => {
      ended = true;
    };
  }, []);
  if (code === null) return null;
  return (
    <div className="room-code">{code.link.length <= LONGEST_QR ? <Qr text={code.link} /> : <TooLong {...code} />}</div>
  );
}

function TooLong({ link, largest }: Code) {
  const save = (): void => {
    void saveLab();
    // without the button the next key is the talk's again
    present({ qr: false });
  };
  return (
    <>
      <p role="status">
        The link has {link.length.toLocaleString('en')} characters, too many for a code that a room can read; most of it
        is {largest}. Save the lab as a file and pass that on.
      </p>
      <button type="button" className="button" onClick={save}>
        Save as a file
      </button>
    </>
  );
}
