import { syscallNumber, type Processor, type Syscall } from './syscalls.ts';

/** A condition on an argument, counted from 0: the low 32 bits, masked, are one of these; or all 64 bits are zero. */
type Condition = { argument: number; mask?: number; oneOf: readonly number[] } | { argument: number; null: true };

/** Lets a system call through if all conditions hold; or refuses it with an error of its own. */
export type Rule = { syscall: Syscall; when?: readonly Condition[]; refuse?: number };

/** What becomes of calls that have no rule. */
export type Otherwise = 'allow' | 'refuse';

const EPERM = 1;
export const ENOSYS = 38;

/** `AUDIT_ARCH_*` of linux/audit.h. */
const ARCHITECTURES: Record<Processor, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** On x86-64, numbers from here on are those of another calling convention (x32). */
const X32_SYSCALL_BIT = 0x40000000;

/** Where `struct seccomp_data` has what, in bytes; arguments are 64 bits each, the low half first. */
const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;

/** Instructions of the classic Berkeley packet filter (linux/bpf_common.h) and answers of seccomp (linux/seccomp.h). */
const LOAD_WORD = 0x20;
const AND = 0x54;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const ERROR = 0x00050000;

type Instruction = { code: number; whenTrue?: number; whenFalse?: number; value: number };

const load = (offset: number): Instruction => ({ code: LOAD_WORD, value: offset });
const answer = (value: number): Instruction => ({ code: RETURN, value });
/** Goes on with the next instruction if the word is the value, else skips so many. */
const unlessEqualSkip = (value: number, skip: number): Instruction => ({ code: JUMP_IF_EQUAL, value, whenFalse: skip });

/**
 * Makes the seccomp program of a list of rules. What is refused gets EPERM, unless its rule says otherwise; a call by another
 * architecture's convention ends the process.
 *
 * @returns An array of `struct sock_filter`, 8 bytes each.
 */
export function seccompProgram(rules: readonly Rule[], otherwise: Otherwise, processor: Processor): Uint8Array {
  const program = [
    load(ARCHITECTURE_OFFSET),
    { code: JUMP_IF_EQUAL, value: ARCHITECTURES[processor], whenTrue: 1 },
    answer(KILL_PROCESS),
    load(NUMBER_OFFSET),
    ...(processor === 'x64'
      ? [{ code: JUMP_IF_AT_LEAST, value: X32_SYSCALL_BIT, whenFalse: 1 }, answer(KILL_PROCESS)]
      : []),
    ...rules.flatMap((rule) => ofRule(rule, processor)),
    answer(otherwise === 'allow' ? ALLOW : ERROR | EPERM),
  ];
  const bytes = new DataView(new ArrayBuffer(program.length * 8));
  for (const [i, { code, whenTrue = 0, whenFalse = 0, value }] of program.entries()) {
    bytes.setUint16(i * 8, code, true);
    bytes.setUint8(i * 8 + 2, whenTrue);
    bytes.setUint8(i * 8 + 3, whenFalse);
    bytes.setUint32(i * 8 + 4, value, true);
  }
  return new Uint8Array(bytes.buffer);
}

/** If it is this call: an answer for good. Else goes on behind its last instruction, with the call's number still loaded. */
function ofRule({ syscall, when = [], refuse }: Rule, processor: Processor): Instruction[] {
  const number = syscallNumber(syscall, processor);
  if (number === undefined) return [];
  const last = answer(refuse === undefined ? ALLOW : ERROR | refuse);
  if (when.length === 0) return [unlessEqualSkip(number, 1), last];
  let body: Instruction[] = [last, answer(ERROR | EPERM)];
  // From the last condition to the first: each knows how far it is to the refusal, the last instruction.
  for (const condition of when.toReversed()) body = [...ofCondition(condition, body.length), ...body];
  return [unlessEqualSkip(number, body.length), ...body];
}

/** Goes on behind its last instruction if it holds, else to the last of those that follow it. */
function ofCondition(condition: Condition, following: number): Instruction[] {
  const lowHalf = ARGUMENTS_OFFSET + condition.argument * 8;
  if ('null' in condition) {
    return [load(lowHalf), unlessEqualSkip(0, following + 1), load(lowHalf + 4), unlessEqualSkip(0, following - 1)];
  }
  const { mask, oneOf } = condition;
  const values = oneOf.map((value, i): Instruction => {
    const after = oneOf.length - 1 - i;
    return { code: JUMP_IF_EQUAL, value, whenTrue: after, whenFalse: after === 0 ? following - 1 : 0 };
  });
  return [load(lowHalf), ...(mask === undefined ? [] : [{ code: AND, value: mask }]), ...values];
}
