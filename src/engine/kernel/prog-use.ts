/* Attaching a program, and running it for a test. Struct_ops programs are attached by maps instead. */
import { entryOf } from '../base/assert.ts';
import { ERRNO } from '../base/errno.ts';
import type { UserPointer } from './attr.ts';
import { type Call, command, type CommandTable, must, takeBytes } from './calls.ts';
import type { Core } from './core.ts';
import { useFd } from './fds.ts';
import type { ProgObject } from './state.ts';
import { giveMemory, takeMemory } from './maps/heap.ts';
import { done, fail, next, type Step } from './steps.ts';
import { dummyOps } from './struct-ops/dummy-ops.ts';
import type { FuncModel } from './struct-ops/func-model.ts';
import { callPrograms } from './struct-ops/trampolines.ts';
import { PROG_TYPE_STRUCT_OPS } from './uapi.ts';
import { targetOf } from './user-pointers.ts';

interface ProgCall {
  readonly k: Core;
  readonly pid: number;
  prog: ProgObject | null;
}

function findProg<X extends ProgCall & { readonly attr: { readonly prog_fd: number } }>(): Step<X> {
  return {
    id: 'prog-fd',
    scope: 'call',
    source: 'bpf_prog_get',
    text: 'prog_fd is open, and of a program',
    run: (x) =>
      useFd(x, x.attr.prog_fd, 'prog', (prog) => {
        x.prog = entryOf(x.k.state.progs, prog);
      }),
  };
}

interface TestRun extends Call<'BPF_PROG_TEST_RUN'>, ProgCall {
  model: FuncModel | null;
  context: Uint8Array;
}

/** sizeof(struct bpf_dummy_ops_state) */
const STATE_BYTES = 4;
const GRAIN = 16;

const paired = (pointer: UserPointer, size: number): boolean => (pointer !== null) === size > 0;

const testRun: CommandTable<'BPF_PROG_TEST_RUN', TestRun> = {
  command: 'BPF_PROG_TEST_RUN',
  number: 10,
  context: (call) => ({ ...call, prog: null, model: null, context: new Uint8Array() }),
  steps: [
    {
      id: 'context-pairs',
      scope: 'call',
      source: 'bpf_prog_test_run',
      text: 'a context is given with its size, for input and output',
      run: ({ attr }) =>
        must(paired(attr.ctx_in, attr.ctx_size_in) && paired(attr.ctx_out, attr.ctx_size_out), ERRNO.EINVAL),
    },
    findProg(),
    {
      id: 'test-run-op',
      scope: 'call',
      source: 'bpf_prog_test_run',
      text: 'its type can be run for a test (of those here, struct_ops can)',
      run: ({ prog }) => must(prog?.type === PROG_TYPE_STRUCT_OPS, ERRNO.EOPNOTSUPP),
    },
    {
      id: 'dummy-ops',
      scope: 'call',
      source: 'bpf_struct_ops_test_run',
      text: 'it was loaded for struct bpf_dummy_ops, which exists for tests',
      run(x) {
        const type = x.k.types.find(({ typeId }) => typeId === x.prog?.attachBtfId);
        if (type?.name !== dummyOps.name) return fail(ERRNO.EOPNOTSUPP);
        x.model = entryOf(type.members, x.prog?.expectedAttachType ?? 0).model;
        return next;
      },
    },
    {
      id: 'context-size',
      scope: 'call',
      source: 'dummy_ops_init_args',
      text: 'the context has 8 bytes for each argument, and can be read',
      run(x) {
        if (x.attr.ctx_size_in !== (x.model?.args.length ?? 0) * 8) return fail(ERRNO.EINVAL);
        return takeBytes(x.attr.ctx_in, x.attr.ctx_size_in, (context) => {
          x.context = context;
        });
      },
    },
    {
      id: 'context-pointers',
      scope: 'call',
      source: 'check_test_run_args',
      since: 'v6.12',
      text: 'a pointer argument is not 0, unless it may be: the first one of test_1 may',
      run({ model, context, prog }) {
        const words = new BigUint64Array(context.slice().buffer);
        const missing = (model?.args ?? []).some(({ pointer }, i) => pointer && words[i] === 0n);
        return must(!missing || prog?.expectedAttachType === 0, ERRNO.EINVAL);
      },
    },
    {
      id: 'run',
      scope: 'call',
      source: 'bpf_struct_ops_test_run',
      text: 'the program runs through a trampoline of its own, and its result is returned',
      run({ k, attr, prog, model, context, out }) {
        if (!prog || !model) return fail(ERRNO.EINVAL);
        const run = entryOf(callPrograms(k, [{ object: prog.object, model }]), 0);
        const words = new BigUint64Array(context.slice().buffer);
        const state = words.length > 0 && words[0] !== 0n ? targetOf(attr.ctx_in, Number(words[0])) : null;
        if (words.length > 0 && words[0] !== 0n && (state?.length ?? 0) < STATE_BYTES) return fail(ERRNO.EFAULT);
        const at = takeMemory(k, 'arena', context.length + GRAIN);
        if (at === 0) return fail(ERRNO.ENOMEM);
        const copy = at + context.length;
        k.memory.u8.set(context, at);
        // struct bpf_dummy_ops_state is copied in, and out again afterwards
        if (state) {
          k.memory.u8.set(state.subarray(0, STATE_BYTES), copy);
          k.memory.setPointer(at, copy);
        }
        const retval = run.wide ? Number(BigInt.asUintN(32, run.wide(at))) : run(0, Number(words[1] ?? 0n) | 0, 0, 0);
        state?.set(k.memory.u8.subarray(copy, copy + STATE_BYTES));
        giveMemory(k, 'arena', at, context.length + GRAIN);
        out.fields = { retval };
        return done(0);
      },
    },
  ],
};

const attach: CommandTable<'BPF_PROG_ATTACH', Call<'BPF_PROG_ATTACH'>> = {
  command: 'BPF_PROG_ATTACH',
  number: 8,
  context: (call) => call,
  steps: [
    {
      id: 'attach-type',
      scope: 'call',
      source: 'attach_type_to_prog_type',
      text: 'an attach type that has a program type (struct_ops has none: a map attaches its programs)',
      run: () => fail(ERRNO.EINVAL),
    },
  ],
};

interface TracepointOpen extends Call<'BPF_RAW_TRACEPOINT_OPEN'>, ProgCall {}

const tracepointOpen: CommandTable<'BPF_RAW_TRACEPOINT_OPEN', TracepointOpen> = {
  command: 'BPF_RAW_TRACEPOINT_OPEN',
  number: 17,
  context: (call) => ({ ...call, prog: null }),
  steps: [
    findProg(),
    {
      id: 'prog-type',
      scope: 'call',
      source: 'bpf_raw_tp_link_attach',
      text: 'a tracing program, or one for tracepoints',
      run: () => fail(ERRNO.EINVAL),
    },
  ],
};

export const progTestRun = command(testRun);
export const progAttach = command(attach);
export const rawTracepointOpen = command(tracepointOpen);
