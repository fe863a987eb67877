// The emulated providers in a process of their own, so that their work and memory count as nobody
// else's. Told over IPC what to be, it says where it is; asked again, it says what it was asked for.
import { AzureDevopsEmulator } from '../support/azure-devops.emulator.js';
import { GithubEmulator } from '../support/github.emulator.js';
import { GitlabEmulator } from '../support/gitlab.emulator.js';
import type { ProviderEmulator, Span } from '../support/provider.emulator.js';
import { seededWorld, type WorldSize } from '../support/world/seeded.world.js';

const EMULATORS = {
  github: GithubEmulator,
  gitlab: GitlabEmulator,
  'azure-devops': AzureDevopsEmulator,
} as const;

export type EmulatedProvider = keyof typeof EMULATORS;

export type Order =
  | { readonly start: EmulatedProvider; readonly size: WorldSize; readonly latency: number }
  | 'counts'
  | 'stop';

/** Since the last time it was asked. */
export interface Counts {
  readonly requests: number;
  /** The longest chain of requests of which each came after the one before it was answered. */
  readonly roundTrips: number;
  readonly notModified: number;
  readonly maxInFlight: number;
  readonly unexpected: readonly string[];
}

let emulator: ProviderEmulator | undefined;

async function obey(order: Order): Promise<string | Counts> {
  if (order === 'stop') {
    await emulator?.stop();
    process.disconnect();
    return 'stopped';
  }
  if (order === 'counts') return countsOf(emulator!);
  emulator = await EMULATORS[order.start].start(seededWorld(order.size));
  emulator.latency = order.latency;
  // What an answer takes here is no provider's cost: that is the latency.
  emulator.remembers = true;
  return emulator.url;
}

function countsOf(one: ProviderEmulator): Counts {
  const { notModified, maxInFlight } = one;
  const counts = {
    requests: one.requests.length,
    roundTrips: longestChain(one.spans),
    notModified,
    maxInFlight,
    unexpected: one.unexpected(),
  };
  one.requests.length = one.spans.length = one.notModified = one.maxInFlight = 0;
  return counts;
}

/** Of all that follow the last one, the one that ends first leaves the most room for others. */
function longestChain(spans: readonly Span[]): number {
  let [length, last] = [0, -Infinity];
  for (const { begin, end } of spans.toSorted((one, other) => one.end - other.end)) {
    if (begin < last) continue;
    length += 1;
    last = end;
  }
  return length;
}

process.on('message', (order: Order) => {
  void obey(order).then((answer) => process.connected && process.send?.(answer));
});
