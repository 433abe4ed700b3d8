/* Texts that the page begins for the user: a declaration, and a program for what it declares. */
import { assemble, symbolsFromBtf } from '../../engine/index.ts';
import { declaredTypes, editorBtf, kernelBtf } from './kernel.ts';
import { calledMembers } from './members.ts';

/** A program with an empty function for each member of the first declared type; null without one. */
export async function programFor(types: string): Promise<{ readonly name: string; readonly text: string } | null> {
  const { value } = await declaredTypes(types);
  const name = value.btf ? value.names[0] : undefined;
  if (name === undefined) return null;
  const functions = calledMembers(await editorBtf(), name).map(({ name: member, prototype, args, isVoid }) => {
    const loads = args.map(({ declaration }, i) => line(`r${i + 6} = *(u64 *)(r1 + ${i * 8})`, declaration));
    const body = [...loads, line('r0 = 0', isVoid ? '' : 'the answer'), line('exit', '')];
    const label = `${name.replace(/_ops$/, '')}_${member}:`;
    return ['', `; ${prototype}`, `.section struct_ops/${member}`, label, ...body].join('\n');
  });
  const head = [`; Implements ${name} of types.h.`, '', `.struct_ops ${name}`, '.name "mine"', '.license "GPL"'];
  return { name, text: `${[...head, ...functions].join('\n')}\n` };
}

/** The struct that a text implements, if types.h declares it and the machine lacks it; otherwise null. */
export async function undeclaredStruct(text: string): Promise<string | null> {
  const struct = assemble(text, symbolsFromBtf(await editorBtf())).value.structOps?.type;
  return struct && (await kernelBtf()).find('STRUCT', struct) === 0 ? struct : null;
}

const line = (code: string, comment: string): string =>
  comment === '' ? `  ${code}` : `  ${code.padEnd(25)} ; ${comment}`;
