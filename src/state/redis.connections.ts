import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { connectRedis, type RedisClients } from './redis.clients.js';

/** The connections to Redis that all of this process shares. The shared state closes them. */
@Injectable()
export class RedisConnections {
  /** Absent where REDIS_URL is not set. */
  readonly clients?: RedisClients;

  /** What every key and channel in it begins with. */
  readonly prefix: string;

  constructor({ REDIS_URL, REDIS_PREFIX }: Environment) {
    this.prefix = REDIS_PREFIX;
    if (REDIS_URL) this.clients = connectRedis(REDIS_URL);
  }
}
