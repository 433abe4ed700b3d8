/* The link to this moment: copied as soon as it is made; also shown as a QR code if short enough. */
import { useEffect, useRef, useState } from 'react';
import { encode } from 'uqr';
import { hashOf, LONGEST_LINK, LONGEST_QR } from '../../page/share/link.ts';
import { largestPart } from '../../page/share/longest.ts';
import { saveLab } from '../../page/share/save.ts';
import { stateKey, takeLab } from '../../page/share/take.ts';
import { Sheet } from '../controls/sheet.tsx';

const addressOf = (hash: string): string => `${location.href.replace(/#.*$/, '')}${hash}`;

/** Copies text; false when the browser denies access to the clipboard. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

interface Moment {
  /** the page's address with the lab in it; null while it is being made */
  readonly link: string | null;
  /** what takes most of the link, in words */
  readonly largest: string;
  /** whether the link is on the clipboard; null before it was tried */
  readonly copied: boolean | null;
  readonly copyAgain: () => Promise<boolean>;
  /** hash of the machine's state, as text */
  readonly state: string | null;
}

/** Makes the link to this moment, and copies it unless it is too long. */
function useMoment(): Moment {
  const [link, setLink] = useState<string | null>(null);
  const [largest, setLargest] = useState('');
  const [copied, setCopied] = useState<boolean | null>(null);
  const [state, setState] = useState<string | null>(null);
  useEffect(() => {
    let ended = false;
    void takeLab()
      .then((doc) => {
        if (doc && !ended) setLargest(largestPart(doc));
        return doc ? hashOf(doc) : '';
      })
      .then((hash) => {
        if (ended) return;
        const address = addressOf(hash);
        setLink(address);
        if (address.length <= LONGEST_LINK) void copy(address).then((done) => !ended && setCopied(done));
      });
    void stateKey().then((key) => !ended && setState(key));
    return () => {
      ended = true;
    };
  }, []);
  const copyAgain = async (): Promise<boolean> => {
    const done = await copy(link ?? '');
    setCopied(done);
    return done;
  };
  return { link, largest, copied, copyAgain, state };
}

export function ShareSheet() {
  const { link, largest, copied, copyAgain, state } = useMoment();
  const field = useRef<HTMLInputElement>(null);
  return (
    <Sheet title="Link to this moment" className="narrow-sheet">
      {link === null ? (
        <p className="note" role="status">
          Reading the state of the lab
        </p>
      ) : (
        <div className="form">
          <label className="field">
            <span>Link</span>
            <input ref={field} className="mono" readOnly value={link} onFocus={(event) => event.target.select()} />
          </label>
          <p className="note" role="status">
            {wordsOf(link, copied)}
          </p>
          <div className="row">
            <button
              type="button"
              className="button primary"
              onClick={() => void copyAgain().then((done) => !done && field.current?.select())}
            >
              Copy the link
            </button>
            <button type="button" className="button" onClick={() => void saveLab()}>
              Save as a file
            </button>
          </div>
          {state !== null && (
            <p className="note">
              The machine’s state here is <b className="mono">{state}</b>: it is the same on every page that is at this
              moment.
            </p>
          )}
          {link.length <= LONGEST_QR ? (
            <Qr text={link} />
          ) : (
            <p className="note">
              Too long for a QR code, which takes {LONGEST_QR} characters: most of it is {largest}. A file has no such
              limit.
            </p>
          )}
        </div>
      )}
    </Sheet>
  );
}

function wordsOf(link: string, copied: boolean | null): string {
  const length = `${link.length.toLocaleString('en')} characters`;
  if (link.length > LONGEST_LINK)
    return `It has ${length}: mail programs and chats truncate links of that length. Save it as a file instead.`;
  if (copied === true) return `Copied: ${length}. It opens this scenario, at this time, with these texts and views.`;
  return copied === false ? 'The browser denies access to the clipboard: copy the link from the field.' : length;
}

/** QR code for phones: dark on light in every theme, with the quiet zone that readers need. */
export function Qr({ text }: { readonly text: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const d = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="The link as a QR code">
      <rect width={size} height={size} fill="#fff" />
      <path d={d} fill="#000" />
    </svg>
  );
}
