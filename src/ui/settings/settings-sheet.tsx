/* The user's settings; each is also a command. */
import { runCommand } from '../../page/commands/registry.ts';
import { choose, TEXT_SIZES, useChoices } from '../../page/store/choices.ts';
import { Sheet } from '../controls/sheet.tsx';
import './settings.css';

interface PickProps<T extends string | number> {
  readonly legend: string;
  readonly values: readonly (readonly [T, string])[];
  readonly value: T;
  readonly onPick: (value: T) => void;
}

function Pick<T extends string | number>({ legend, values, value, onPick }: PickProps<T>) {
  return (
    <fieldset className="pick">
      <legend>{legend}</legend>
      {values.map(([one, title]) => (
        <label key={one} className="row">
          <input type="radio" name={legend} checked={one === value} onChange={() => onPick(one)} /> {title}
        </label>
      ))}
    </fieldset>
  );
}

export function SettingsSheet() {
  const { theme, contrast, textSize, motion, letterKeys } = useChoices();
  return (
    <Sheet title="Settings" className="narrow-sheet">
      <div className="form">
        <Pick
          legend="Theme"
          values={[
            ['system', 'As the system'],
            ['light', 'Light'],
            ['dark', 'Dark'],
          ]}
          value={theme}
          onPick={(next) => choose({ theme: next })}
        />
        <Pick
          legend="Contrast"
          values={[
            ['system', 'As the system'],
            ['more', 'High'],
          ]}
          value={contrast}
          onPick={(next) => choose({ contrast: next })}
        />
        <Pick
          legend="Text size"
          values={TEXT_SIZES.map((size) => [size, `${Math.round(size * 100)} %`] as const)}
          value={textSize}
          onPick={(next) => choose({ textSize: next })}
        />
        <Pick
          legend="Motion"
          values={[
            ['system', 'As the system'],
            ['less', 'Less: no motion'],
          ]}
          value={motion}
          onPick={(next) => choose({ motion: next })}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={letterKeys}
            onChange={(event) => choose({ letterKeys: event.target.checked })}
          />
          Single letters and signs are keys outside of the editor and of fields
        </label>
        <div className="row">
          <button type="button" className="button" onClick={() => runCommand('help.keys')}>
            All keys
          </button>
          <button type="button" className="button" onClick={() => runCommand('lab.kept')}>
            What is kept
          </button>
        </div>
      </div>
    </Sheet>
  );
}
