import { CommandButton } from '../controls/command-button.tsx';

const CLANG = 'clang -O2 -g -target bpf -mcpu=v3 -c my_cc.bpf.c -o my_cc.bpf.o';

/** Hints over an empty text; `without`: there is no text at all. */
export function EmptyEditor({ without = false }: { readonly without?: boolean }) {
  return (
    <div className="empty-editor">
      <h3>Assembly here, C outside</h3>
      <CommandButton command="program.new">Begin with a skeleton</CommandButton>
      <p>
        {without ? 'This lab has no programs yet. Begin with a skeleton' : 'Or write BPF assembly above'}, or compile C
        with clang and read what it made:
      </p>
      <code>{CLANG}</code>
      <button type="button" className="button" onClick={() => void navigator.clipboard.writeText(CLANG)}>
        Copy
      </button>
    </div>
  );
}
