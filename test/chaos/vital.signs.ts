import { readdir, readFile } from 'node:fs/promises';
import type { BuiltPod } from './built.pod.js';

const LAG = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m;
const HEAP = /^nodejs_heap_size_used_bytes (\S+)$/m;

/** How a process is. */
export interface VitalSigns {
  /** When it was looked at, in seconds. */
  readonly at: number;
  /** MiB that it has in memory. */
  readonly memory: number;
  /** MiB of that which JavaScript's objects take, with those that are not collected yet. */
  readonly heap: number;
  /** Open files and sockets. */
  readonly files: number;
  /** Milliseconds that 99 of 100 turns of its event loop took at most, since it was asked last. */
  readonly lag: number;
}

export async function vitalSigns({ pid, url }: BuiltPod): Promise<VitalSigns> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  const files = await readdir(`/proc/${String(pid)}/fd`);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return {
    at: performance.now() / 1_000,
    memory: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024,
    heap: Number(HEAP.exec(metrics)?.[1]) / 1024 ** 2,
    files: files.length,
    lag: Number(LAG.exec(metrics)?.[1]) * 1_000,
  };
}

/** By how much a measure grows in a minute, as the line through all samples with the least squares says. */
export function growthPerMinute(
  samples: readonly VitalSigns[],
  measure: 'memory' | 'files',
): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [time, level] = [
    mean(samples.map(({ at }) => at)),
    mean(samples.map((one) => one[measure])),
  ];
  const covariance = mean(samples.map((one) => (one.at - time) * (one[measure] - level)));
  const variance = mean(samples.map(({ at }) => (at - time) ** 2));
  return (60 * covariance) / variance;
}
