/* Distinguishes a verifier's log from an assembly text; the editor checks every text. */

/** A log contains instructions with their opcodes, and register states. */
const INSN_LINE = /^\d+: \([0-9a-f]{2}\) /m;
const STATE_LINE =
  /^(?:\d+: ?R\d+(?:_\w+)?=|from \d+ to \d+(?: \(speculative execution\))?:|func#\d+ @\d+|processed \d+ insns )/m;
export const isVerifierLog = (text: string): boolean => INSN_LINE.test(text) && STATE_LINE.test(text);
