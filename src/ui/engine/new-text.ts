/* Texts that the page begins for the user: a declaration, and a program for what it declares. */
import { declaredTypes, editorBtf } from './kernel.ts';
import { calledMembers } from './members.ts';

/** A program with a function for each member of the first declared type, which does nothing yet; null without one. */
export async function programFor(types: string): Promise<{ readonly name: string; readonly text: string } | null> {
  const { value } = await declaredTypes(types);
  const name = value.btf ? value.names[0] : undefined;
  if (name === undefined) return null;
  const functions = calledMembers(await editorBtf(), name).map(
    ({ name: member, prototype, args, isVoid }) => `
; ${prototype}
.section struct_ops/${member}
${name.replace(/_ops$/, '')}_${member}:
${args.map((arg, i) => `  r${i + 6} = *(u64 *)(r1 + ${i * 8})     ; ${arg.declaration}\n`).join('')}  r0 = 0${isVoid ? '' : '                     ; the answer'}
  exit
`,
  );
  const head = `; Implements ${name}, which types.h declares.\n\n.struct_ops ${name}\n.name "mine"\n.license "GPL"\n`;
  return { name, text: head + functions.join('') };
}
