/* Diagnostics by stable code: E01 text, E02 form, E03 names, E04 ranges, E05 structure; W06 what assembles but looks wrong. */
import type { Diagnostic, Fix, TextRange } from '../../base/result.ts';
import { nearest } from './nearest.ts';

export const CODES = {
  badCharacter: 'E0101',
  unclosedComment: 'E0102',
  badNumber: 'E0103',
  unclosedString: 'E0104',
  expected: 'E0201',
  trailing: 'E0202',
  badForm: 'E0203',
  otherSyntax: 'E0204',
  directiveArguments: 'E0205',
  unknownInstruction: 'E0301',
  unknownRegister: 'E0302',
  unknownLabel: 'E0303',
  unknownStruct: 'E0304',
  unknownField: 'E0305',
  unknownEnum: 'E0306',
  unknownEnumerator: 'E0307',
  unknownDirective: 'E0308',
  unknownMember: 'E0309',
  unknownFunction: 'E0310',
  unknownType: 'E0311',
  notBitfield: 'E0312',
  notFunctionMember: 'E0313',
  immediateRange: 'E0401',
  offsetRange: 'E0402',
  jumpRange: 'E0403',
  noSection: 'E0501',
  fallsOff: 'E0502',
  duplicateLabel: 'E0503',
  noFunction: 'E0504',
  jumpLeaves: 'E0505',
  noStructOps: 'E0506',
  memberTwice: 'E0507',
  emptyFunction: 'E0508',
  jumpIntoWide: 'E0509',
  nameLength: 'E0510',
  tooLong: 'E0511',
  foreign: 'E0512',
  unusedLabel: 'W0601',
  accessWidth: 'W0602',
  writesFramePointer: 'W0603',
  noName: 'W0604',
  unreachable: 'W0605',
  directiveTwice: 'W0606',
  cutOff: 'W0607',
  signExtended: 'W0608',
  behindSemicolon: 'W0609',
  relocation: 'W0610',
} as const;

type Code = (typeof CODES)[keyof typeof CODES];

/** Thrown inside the assembler to leave a line after its first syntax error; always caught in this folder. */
export const LINE_FAULT = new Error('left the line');

/** Most errors, and most warnings, that are listed: nobody reads more, and the page draws each of them. */
const MOST = 1000;
/** Most unknown names for which a near one is searched, since each is compared with every known name. */
const MOST_SUGGESTIONS = 50;

export class Problems {
  private readonly list: Diagnostic[] = [];
  private readonly counts = { error: 0, warning: 0 };
  private suggestions = 0;

  report(code: Code, range: TextRange, message: string, fix?: Fix): void {
    const severity = code.startsWith('W') ? 'warning' : 'error';
    const count = ++this.counts[severity];
    if (count < MOST) this.list.push({ severity, code, message, range, ...(fix && { fix }) });
    else if (count === MOST)
      this.list.push({ severity, code, message: `${message} More ${severity}s are not listed.`, range });
  }

  /** Nearest known name; null without a search once the limit is reached. */
  suggest<T>(look: () => T | null): T | null {
    return this.suggestions++ < MOST_SUGGESTIONS ? look() : null;
  }

  fail(code: Code, range: TextRange, message: string, fix?: Fix): never {
    this.report(code, range, message, fix);
    throw LINE_FAULT;
  }

  /** Reports an unknown name together with the nearest known one. */
  unknown(code: Code, range: TextRange, what: string, name: string, candidates: Iterable<string>): void {
    const near = this.suggest(() => nearest(name, candidates));
    this.report(
      code,
      range,
      near === null ? `Unknown ${what} \`${name}\`.` : `Unknown ${what} \`${name}\`. Did you mean \`${near}\`?`,
      near === null ? undefined : { title: `Change to ${near}`, range, text: near },
    );
  }

  get sorted(): Diagnostic[] {
    return [...this.list].sort((a, b) => a.range.line - b.range.line || a.range.column - b.range.column);
  }

  /** Replaces all problems by one: the text is not assembly. */
  only(code: Code, message: string): Diagnostic[] {
    return [{ severity: 'error', code, message, range: { line: 0, column: 0, endLine: 0, endColumn: 0 } }];
  }

  get hasErrors(): boolean {
    return this.counts.error > 0;
  }
}
