import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { figuresOf } from '../support/process-figures.ts';
import { judgeGrowth, MIN_POINTS } from './growth.ts';

const POINTS = 60;

/** A series of one point each second; `noise` is deterministic, and as large as that of a process's memory. */
function judged(valueAt: (second: number) => number, mayGrowBy = 20) {
  const noise = (second: number): number => 6 * Math.sin(second * 12.9898) + 3 * Math.cos(second * 78.233);
  const points = Array.from({ length: POINTS }, (_, i) => ({ atMs: i * 1_000, value: valueAt(i) + noise(i) }));
  return judgeGrowth({ name: 'memory', unit: 'MiB', mayGrowBy, points });
}

test('a leak is told through noise, garbage collections and steps', () => {
  assert.ok(judged((second) => 200 + second).grows, 'steady');
  assert.ok(judged((second) => 200 + second + 40 * ((second % 10) / 10)).grows, 'under the teeth of a saw');
  assert.ok(judged((second) => 200 + Math.floor(second / 10) * 10).grows, 'in steps');
  const { grownBy, perHour } = judged((second) => 200 + second);
  assert.ok(Math.abs(grownBy - 59) < 6, String(grownBy));
  assert.ok(Math.abs(perHour - 3_600) < 400, String(perHour));
});

test('what does not go on is no leak', () => {
  assert.ok(!judged(() => 200).grows, 'noise');
  assert.ok(!judged((second) => 200 + 40 * ((second % 10) / 10)).grows, 'the teeth of a saw');
  assert.ok(!judged((second) => (second === POINTS - 1 ? 900 : 200)).grows, 'a peak at the end');
  assert.ok(!judged((second) => (second < 5 ? 100 : 200)).grows, 'a step at the beginning');
  assert.ok(!judged((second) => 200 + 0.2 * second).grows, 'less than it may');
  assert.ok(!judged((second) => 300 - second).grows, 'shrinking');
});

test('with a bound of its slope a series is judged by the upper end of the interval, on each side of the bound', () => {
  const judge = (mib: (minute: number) => number, minutes = 90) => {
    const noise = (minute: number): number => 2 * Math.sin(minute * 12.9898) + Math.cos(minute * 78.233);
    const points = Array.from({ length: minutes }, (_, i) => ({ atMs: i * 60_000, value: mib(i) + noise(i) }));
    return judgeGrowth({ name: 'memory', unit: 'MiB', mayGrowBy: 40, mayRisePerMinute: 0.1, points });
  };
  const { perMinute, grows } = judge((minute) => 200 + 0.05 * minute);
  assert.ok(perMinute.low < 0.05 && perMinute.high > 0.05 && perMinute.high < 0.1, JSON.stringify(perMinute));
  assert.ok(!grows);
  assert.ok(judge((minute) => 200 + 0.15 * minute).grows, 'far less than the 40 MiB it may grow by otherwise');
  assert.ok(judge(() => 200, 10).grows, 'so few points do not tell that it is flat');
  assert.ok(!judge((minute) => (minute < 10 ? 192 : 200)).grows, 'a step of 8 MiB, then flat');
});

test('the interval of a slope is that of other programs', () => {
  // Of scipy.stats.theilslopes for the same points: 0.55 (0.42 to 0.6429).
  const points = Array.from({ length: 40 }, (_, i) => ({ atMs: i * 60_000, value: i / 2 + ((i * 7_919) % 13) }));
  const { slope, low, high } = judgeGrowth({ name: 'memory', unit: 'MiB', mayGrowBy: 1, points }).perMinute;
  assert.deepEqual(
    [slope, low, high].map((value) => Number(value.toFixed(4))),
    [0.55, 0.42, 0.6429],
  );
});

test('a few points are no trend', () => {
  const points = Array.from({ length: MIN_POINTS - 1 }, (_, i) => ({ atMs: i, value: i }));
  assert.throws(() => judgeGrowth({ name: 'memory', unit: 'MiB', mayGrowBy: 1, points }), /memory: 9 points/);
});

test('a process that leaks memory and handles is found out, and one that does not is not', async () => {
  const leaking = `const kept = [];
    setInterval(() => kept.push(Buffer.alloc(1_048_576, 1), require('node:fs').openSync('/dev/null')), 50);`;
  const [leak, sound] = await Promise.all([
    watched(leaking),
    watched('setInterval(() => Buffer.alloc(32_768, 1), 50);'),
  ]);
  assert.deepEqual(leak, { memory: true, handles: true });
  assert.deepEqual(sound, { memory: false, handles: false });
});

async function watched(code: string): Promise<{ memory: boolean; handles: boolean }> {
  const child = spawn(process.execPath, ['-e', `console.log('runs'); ${code}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    await delay(1_000);
    const memory = [];
    const handles = [];
    for (let i = 0; i < 20; i++) {
      const figures = figuresOf(child.pid ?? 0);
      const atMs = performance.now();
      memory.push({ atMs, value: figures.rssMib });
      handles.push({ atMs, value: figures.handles });
      await delay(200);
    }
    return {
      memory: judgeGrowth({ name: 'memory', unit: 'MiB', mayGrowBy: 10, points: memory }).grows,
      handles: judgeGrowth({ name: 'handles', unit: '', mayGrowBy: 6, points: handles }).grows,
    };
  } finally {
    child.kill('SIGKILL');
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
