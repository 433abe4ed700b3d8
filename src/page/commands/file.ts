import { SAMPLES } from '../../scenarios/samples.ts';
import { chooseFile, fileReader } from '../engine/file-input.ts';
import { lab } from '../store/lab.ts';
import { taking } from './args.ts';
import type { PageCommand } from './command.ts';

const openSample = async (file: string): Promise<void> => (await fileReader())?.openSample(file);

const runs = (): boolean => lab().cold !== null && lab().phase !== 'crashed';

export const FILE_COMMANDS: readonly PageCommand[] = [
  {
    id: 'file.open',
    title: 'Open a file: an object that clang built, a raw BTF, or BPF assembly',
    group: 'Program',
    when: runs,
    run: chooseFile,
  },
  taking('file.sample', {
    title: 'Load a sample',
    group: 'Program',
    hidden: true,
    when: runs,
    run: ({ file }) => void openSample(file),
  }),
  ...SAMPLES.map(
    ({ file, note }): PageCommand => ({
      id: `file.sample.${file}`,
      title: `Load ${file}: ${note}`,
      group: 'Program',
      when: runs,
      run: () => void openSample(file),
    }),
  ),
];
