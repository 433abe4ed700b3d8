/* Recognises texts that are not assembly (C, Rust, skeletons), and says for each what it is and what to do with it. */

/** Characters examined: the beginning of a text is enough to recognise it. */
const LOOKED_AT = 64 * 1024;

const C =
  'This is C: compile it (clang -O2 -g -target bpf -c NAME.bpf.c -o NAME.bpf.o) and open the object that clang makes.';

/** The first that fits counts. No pattern goes beyond its line. */
const KINDS: readonly { readonly pattern: RegExp; readonly sentence: string }[] = [
  {
    pattern: /^.*\bbpf_object(?:_skeleton\b|__open_skeleton\b)/m,
    sentence: 'This is a skeleton header: the object is in it as bytes. Open the .bpf.o that bpftool made it from.',
  },
  {
    pattern: /^[ \t]*(?:#[ \t]*(?:include|define|ifndef|pragma)\b|(?:char|struct)[^;\n]*\bSEC\("|SEC\("|BPF_PROG\()/m,
    sentence: C,
  },
  {
    pattern:
      /^(?:static|extern|typedef|struct|union|enum|const|unsigned|int|void|char|long|__u(?:8|16|32|64))\b[^;\n]*(?:[;{]|\))[ \t]*$/m,
    sentence: C,
  },
  {
    pattern: /^(?:fn |use |#!\[|impl |pub )/m,
    sentence: 'This is Rust: build it for bpfel-unknown-none and open the object that comes out.',
  },
];

/** Says what a text is that is not assembly; null when it is not recognised. */
export function foreignText(text: string): string | null {
  const beginning = text.slice(0, LOOKED_AT);
  return KINDS.find(({ pattern }) => pattern.test(beginning))?.sentence ?? null;
}
