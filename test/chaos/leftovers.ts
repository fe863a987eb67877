import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.js';
import type { BuiltPod } from './built.pod.js';
import type { Census } from './census.js';
import { vitalSigns } from './vital.signs.js';

/** More than a pod keeps on purpose: some connections to what it asks, caches of bounded size. */
const MAX_MORE = { listeners: 400, onOne: 10, heap: 24, files: 10 };
/** haproxy closes connections that it has no use for, half of what is left every five seconds. */
const HANGS_UP_WITHIN_MS = 60_000;

type Holdings = Census & { readonly files: number };

/** What pods hold when nobody uses them, before and after somebody did. */
export class Leftovers {
  private constructor(
    private readonly pods: readonly BuiltPod[],
    private readonly before: readonly Holdings[],
  ) {}

  static async of(pods: readonly BuiltPod[]): Promise<Leftovers> {
    return new Leftovers(pods, await Promise.all(pods.map((pod) => holdingsOf(pod))));
  }

  /** Of what there was one for every reply or request, there would be far more. @throws AssertionError */
  async expectFew(): Promise<void> {
    await eventually(() => this.expectFewFiles(), HANGS_UP_WITHIN_MS);
    const after = await Promise.all(this.pods.map((pod) => holdingsOf(pod)));
    console.table(after.map((now, pod) => beside(this.before[pod]!, now)));
    for (const [pod, now] of after.entries()) {
      for (const kind of Object.keys(MAX_MORE) as (keyof Holdings)[]) {
        const more = now[kind] - this.before[pod]![kind];
        assert.ok(
          more <= MAX_MORE[kind],
          `${kind} of pod ${pod}: ${more.toFixed(0)} more are left`,
        );
      }
    }
  }

  private async expectFewFiles(): Promise<void> {
    for (const [index, pod] of this.pods.entries()) {
      const { files } = await vitalSigns(pod);
      const more = files - this.before[index]!.files;
      assert.ok(more <= MAX_MORE.files, `pod ${index} has ${more} files more`);
    }
  }
}

async function holdingsOf(pod: BuiltPod): Promise<Holdings> {
  const census = await pod.census();
  const { files } = await vitalSigns(pod);
  return { ...census, files };
}

const beside = (before: Holdings, now: Holdings): Record<string, string> =>
  Object.fromEntries(
    (Object.keys(MAX_MORE) as (keyof Holdings)[]).map((kind) => [
      kind,
      `${before[kind].toFixed(0)} → ${now[kind].toFixed(0)}`,
    ]),
  );
