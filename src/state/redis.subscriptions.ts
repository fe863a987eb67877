import { ChannelListeners } from './channel.listeners.js';
import { type RedisClients, reconnect } from './redis.clients.js';

/** Shares one subscriber connection between all listeners of this process. */
export class RedisSubscriptions {
  private readonly listeners = new ChannelListeners();

  constructor(private readonly client: RedisClients['subscriber']) {
    client.on('message', (channel: string, message: string) => {
      this.listeners.deliver(channel, message);
    });
    client.on('ready', () => void this.resubscribe());
  }

  /** @returns what ends it, once Redis has confirmed the subscription. */
  async add(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    const remove = this.listeners.add(channel, listener);
    const leave = async (): Promise<void> => {
      if (remove()) await this.unsubscribe(channel);
    };
    try {
      // Also for a channel that has listeners: its confirmation says that the subscription stands now.
      await this.client.subscribe(channel);
    } catch (error) {
      void leave();
      throw error;
    }
    return leave;
  }

  private async unsubscribe(channel: string): Promise<void> {
    try {
      await this.client.unsubscribe(channel);
    } catch {
      // Without a connection there is no subscription, and the next connection won't ask for it.
    }
  }

  private async resubscribe(): Promise<void> {
    const { channels } = this.listeners;
    if (channels.length === 0) return;
    try {
      await this.client.subscribe(...channels);
    } catch {
      // Listeners must not be left deaf on a connection that looks well: try again with a new one.
      reconnect(this.client);
    }
  }
}
