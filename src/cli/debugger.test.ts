/** Steps and questions of the microscope in a real run. */
import { describe, expect, test } from 'vitest';
import { ended, Lab, plainLine } from '../engine/index.ts';
import { programTextOf, whenRegister, whoWrote, whoWroteRegister } from '../engine/late.ts';
import { asModules } from '../scenarios/as-modules.ts';
import { replaceWhileConnected } from '../scenarios/replace-while-connected.ts';
import { shippedParts } from './cli.ts';

const parts = shippedParts();
const lab = (scenario = replaceWhileConnected, time = scenario.openAt): Lab => {
  const made = new Lab(parts, scenario);
  made.seek(time);
  return made;
};
const addressOf = (made: Lab, path: string, socket = 1) => {
  const sk = made.cold().sockets.find(({ id }) => id === socket)?.sk ?? 0;
  const field = parts.btf.field('tcp_sock', path);
  return { address: sk + (field?.byteOffset ?? 0), length: field?.size ?? 0 };
};
const ask = (made: Lab, window: { address: number; length: number }, value: readonly number[] | null = null) => {
  const search = whoWrote(made.searched, window, value);
  let slices = 0;
  for (;;) {
    const step = search.next();
    if (step.done) return { answer: step.value, slices };
    slices++;
  }
};
const word = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);

describe('who wrote this last', () => {
  test('a field that a program writes: the instruction, before it has run', () => {
    const made = lab(replaceWhileConnected, 500e6);
    const window = addressOf(made, 'snd_cwnd');
    const now = word(made.machine.bytes(window.address, 4));
    const { time } = made;
    const { answer, slices } = ask(made, window);
    expect(answer?.title).toMatch(/^Written by reno_cong_avoid, line \d+$/);
    expect(answer?.detail).toContain(`became ${now} `);
    expect(slices).toBeGreaterThan(0);
    expect(made.time).toBeLessThan(time);
    expect(made.cpu()?.progName).toBe('reno_cong_avoid');
    expect(word(made.machine.bytes(window.address, 4))).not.toBe(now);
    made.stepInstruction(1);
    expect(word(made.machine.bytes(window.address, 4))).toBe(now);
  });

  test('a field that the TCP stack writes, and one that a system call writes', () => {
    const made = lab(replaceWhileConnected, 500e6);
    expect(ask(made, addressOf(made, 'snd_una')).answer?.title).toBe('Written by the stack');
    const state = made.cold().maps[0].kvalue + 4;
    made.seek(500e6);
    expect(ask(made, { address: state, length: 4 }).answer?.title).toMatch(/^Written by #\d+ bpf\(BPF_MAP_UPDATE_ELEM/);
    expect(made.time).toBe(60e6);
  });

  test('when it had a value: the last time that it got it', () => {
    const made = lab(replaceWhileConnected, 500e6);
    const window = addressOf(made, 'snd_cwnd');
    expect(ask(made, window, [12, 0, 0, 0]).answer?.detail).toContain('became 12 ');
    made.seek(500e6);
    expect(ask(made, window, [250, 255, 0, 0]).answer).toBeNull();
  });

  test('a register: the instruction of this call that wrote it, or nothing', () => {
    const made = lab();
    for (let i = 0; i < 8; i++) made.stepInstruction(1);
    const before = made.position;
    expect(whoWroteRegister(made.searched, 6)).toBe(true);
    expect(made.position).toEqual({ ...before, insn: 0 });
    expect(whoWroteRegister(made.searched, 6)).toBe(false);
    expect(made.position).toEqual({ ...before, insn: 0 });
  });
});

describe('when a register had a value', () => {
  const asked = (made: Lab, register: number, value: readonly [number, number]) => {
    const search = whenRegister(made.searched, register, value);
    for (;;) {
      const step = search.next();
      if (step.done) return step.value;
    }
  };
  /** In the nth instruction of a late call of cong_avoid. */
  const inside = (): Lab => {
    const made = lab(replaceWhileConnected, 500e6);
    for (let i = 0; i < 200; i++) {
      made.stepInstruction(1);
      const cpu = made.cpu();
      if (cpu?.progName === 'reno_cong_avoid' && made.position.insn === 4) return made;
    }
    throw new Error('no such call');
  };

  test('in this call: the instruction that gave it the value', () => {
    const made = inside();
    const r6 = made.cpu()?.registers[6] ?? [0, 0];
    const before = made.position;
    expect(asked(made, 6, r6)).toEqual({
      title: expect.stringMatching(/^Written by reno_cong_avoid, line \d+$/),
      detail: expect.stringMatching(/^r6: 0 became 0xffff8880\w+ with this instruction\.$/),
    });
    expect(made.position).toEqual({ ...before, insn: 0 });
    made.stepInstruction(1);
    expect(made.cpu()?.registers[6]).toEqual(r6);
  });

  test('before this call: in the last one of the same program, not in one of another', () => {
    const made = inside();
    const { position } = made;
    // the argument of its kfunc, which this call has not made yet
    const answer = asked(made, 3, [1, 0]);
    expect(answer).toEqual({
      title: expect.stringMatching(/^Written by reno_cong_avoid, line \d+$/),
      detail: expect.stringMatching(/^r3: \d+ became 1 with this instruction\.$/),
    });
    expect(made.position.event).toBeLessThan(position.event);
    made.stepInstruction(1);
    expect(made.cpu()?.registers[3]).toEqual([1, 0]);
    const ssthresh = lab(replaceWhileConnected, 500e6);
    while (ssthresh.stepInstruction(-1) && ssthresh.cpu()?.progName !== 'reno_ssthresh');
    const returned = ssthresh.cpu()?.registers[0] ?? [0, 0];
    made.goto(position);
    expect(returned[0]).toBeGreaterThan(0);
    expect(asked(made, 0, returned)).toBeNull();
  });

  test('asked again it goes further back, to a call that started with it, or to nothing', () => {
    const made = inside();
    const context = made.cpu()?.registers[1] ?? [0, 0];
    const answer = asked(made, 1, context);
    expect(answer?.title).toBe('r1 came with this call');
    expect(made.position.insn).toBe(0);
    expect(made.cpu()?.registers[1]).toEqual(context);
    const { event } = made.position;
    asked(made, 1, context);
    expect(made.position.event).toBeLessThan(event);
    expect(asked(made, 6, [12345, 6789])).toBeNull();
  });
});

describe('stepping', () => {
  /** At the call of give_up in base_ssthresh. */
  const atCall = (): Lab => {
    const made = lab(asModules, 100e6);
    const text = asModules.texts['bpf_base.s'].split('\n');
    const line = text.findIndex((one) => one.includes('call give_up'));
    made.arm([], [plainLine({ text: 'bpf_base.s', line })]);
    for (let i = 0; i < 50 && made.play(asModules.until) !== 'stopped'; i++);
    made.arm([], []);
    expect(made.cpu()?.progName).toBe('base_ssthresh');
    return made;
  };

  test('over a function, into it, and out of it', () => {
    const over = atCall();
    const pc = over.cpu()?.pc ?? 0;
    expect(ended(over.steppingOver())).toBe(true);
    expect(over.cpu()?.pc).toBe(pc + 1);
    const into = atCall();
    const depth = into.cpu()?.depth ?? 0;
    into.stepInstruction(1);
    expect(into.cpu()?.depth).toBe(depth + 1);
    expect(into.stepOut()).toBe(true);
    expect(into.cpu()?.pc).toBe(pc + 1);
    expect(into.position).toEqual(over.position);
  });

  test('out of the first function ends in the kernel, after the event', () => {
    const made = atCall();
    const { event } = made.position;
    expect(made.stepOut()).toBe(true);
    expect(made.position).toEqual({ event: event + 1, call: null, insn: null });
  });

  test('to a line, but not to one that is never reached', () => {
    const made = lab();
    expect(ended(made.runningTo({ text: 'bpf_aimd.s', line: 38 }))).toBe(true);
    expect(made.cpu()?.text).toBe('bpf_aimd.s');
    expect(made.cpu()?.line).toBe(38);
    expect(ended(made.runningTo({ text: 'bpf_aimd.s', line: 0 }))).toBe(false);
  });
});

test('a loaded program as text: each instruction with its source line and what it was compiled to', () => {
  const made = lab();
  const [prog] = made.cold().maps[0].progs;
  const rows = programTextOf(made.machine, prog.id) ?? [];
  expect(rows).toHaveLength(prog.insnCount);
  expect(rows[0]).toMatchObject({ slot: 0, text: 'r6 = *(u64 *)(r1 + 0)', line: prog.lines[0], entry: true });
  expect(rows.every(({ wasm }) => wasm.length > 0)).toBe(true);
  expect(programTextOf(made.machine, 12345)).toBeNull();
});
