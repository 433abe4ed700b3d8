/** A kernel from its shipped files, with the engine's late part, for tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openBtf } from '../../btf/read.ts';
import { parseConfig } from '../../libbpf/kconfig.ts';
import { installLateTools } from '../../late.ts';
import { type MachineParts, openMachineParts } from '../kernels.ts';

const PUBLIC = join(import.meta.dirname, '../../../../public/btf');

export function readParts(name: string): MachineParts {
  installLateTools();
  const bytes = (extension: string): Uint8Array => new Uint8Array(readFileSync(join(PUBLIC, `${name}.${extension}`)));
  const parts = openMachineParts(name, bytes('btf'), new Uint32Array(bytes('ids').slice().buffer));
  if (!parts.ok) throw new Error(parts.error.message);
  const whole = () => {
    const opened = openBtf(new Uint8Array(gunzipSync(bytes('whole.btf.gz'))));
    return opened.ok ? opened.value : null;
  };
  let opened: ReturnType<typeof whole> | undefined;
  const config = () => parseConfig(new TextDecoder().decode(gunzipSync(bytes('config.gz'))));
  return { ...parts.value, whole: () => (opened ??= whole()), config };
}
