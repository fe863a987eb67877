import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { connectRedis, type RedisClients } from './redis.clients.js';

/** The connections to Redis that all of this process shares. The shared state closes them. */
@Injectable()
export class RedisConnections {
  /** Absent where REDIS_URL is not set. */
  readonly clients?: RedisClients;

  constructor({ REDIS_URL }: Environment) {
    if (REDIS_URL) this.clients = connectRedis(REDIS_URL);
  }
}
