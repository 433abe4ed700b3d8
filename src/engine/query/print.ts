/* Answers as text, in bpftrace's form where it has one. */
import type { DiffSubject } from './diff-facts.ts';
import type { AnswerMap, QueryAnswer } from './query.ts';
import type { Bucket } from './aggregate.ts';

const BAR = 40;

function bound(n: number): string {
  if (n === Number.NEGATIVE_INFINITY) return '...';
  if (n === Number.POSITIVE_INFINITY) return '...';
  for (const [unit, size] of [
    ['G', 2 ** 30],
    ['M', 2 ** 20],
    ['K', 2 ** 10],
  ] as const) {
    if (Math.abs(n) >= size && n % size === 0) return `${n / size}${unit}`;
  }
  return String(n);
}

/** `[8, 16)      12 |@@@@@@@      |` */
export function histogramLines(buckets: readonly Bucket[]): string[] {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return buckets.map(({ low, high, count }) => {
    const range = high - low === 1 && low >= 0 && low < 2 ? `[${bound(low)}]` : `[${bound(low)}, ${bound(high)})`;
    const bar = '@'.repeat(Math.round((count / most) * BAR)).padEnd(BAR);
    return `${range.padEnd(16)} ${String(count).padStart(8)} |${bar}|`;
  });
}

function mapLines({ name, entries }: AnswerMap): string[] {
  return entries.flatMap(({ key, value, buckets }) => {
    const label = key.length === 0 ? name : `${name}[${key.join(', ')}]`;
    return buckets.length > 0 ? [`${label}:`, ...histogramLines(buckets), ''] : [`${label}: ${value}`];
  });
}

export function answerText({ summary, rows, maps }: QueryAnswer): string {
  const lines = rows.map(({ time, text }) => `${(time / 1e9).toFixed(6)}  ${text}`);
  return [...lines, ...maps.flatMap(mapLines), summary].join('\n');
}

/** Text of the subject of a difference's row. */
export function subjectWords(subject: DiffSubject): string {
  switch (subject.kind) {
    case 'map':
      return `map ${subject.map}`;
    case 'socket':
      return `connection ${subject.socket}`;
    case 'process':
      return subject.pid === 0 ? subject.name : `${subject.name} (${subject.pid})`;
    case 'program':
      return `program ${subject.name}`;
    case 'network':
    case 'kernel':
      return subject.kind;
    default:
      return subject satisfies never;
  }
}

/** Text of a value; null means that it did not exist at that time. */
export const valueWords = (value: string | null): string => value ?? 'not there';
