import { Logger } from '@nestjs/common';

type Listener = (message: string) => void;

/** Who listens to which channel in this process. */
export class ChannelListeners {
  private readonly logger = new Logger('SharedState');
  private readonly byChannel = new Map<string, Set<{ listener: Listener }>>();

  get channels(): string[] {
    return [...this.byChannel.keys()];
  }

  /** @returns ends it, and says whether that left the channel without a listener. */
  add(channel: string, listener: Listener): () => boolean {
    // An object of its own, so that one function may listen twice.
    const entry = { listener };
    const entries = this.byChannel.get(channel) ?? new Set();
    this.byChannel.set(channel, entries.add(entry));

    return () => {
      if (!entries.delete(entry) || entries.size > 0) return false;
      return this.byChannel.delete(channel);
    };
  }

  /** Calls every listener of the channel; one that throws keeps none of the others from it. */
  deliver(channel: string, message: string): void {
    const entries = this.byChannel.get(channel) ?? new Set();
    for (const entry of [...entries]) {
      if (!entries.has(entry)) continue;
      try {
        entry.listener(message);
      } catch (error) {
        this.logger.error(error);
      }
    }
  }
}
