// Before Node 24.9 Jest cannot require() an ES module. A few CommonJS packages (@fastify/static,
// light-my-request) require ones that are: give their require() the very namespaces that import()
// gives everyone else, so that class identities match.
import { jest } from '@jest/globals';
import 'reflect-metadata';

const bridged = {
  '@nestjs/common': await import('@nestjs/common'),
  '@nestjs/core': await import('@nestjs/core'),
  'content-disposition': await import('content-disposition'),
  cookie: await import('cookie'),
};

for (const [name, namespace] of Object.entries(bridged)) {
  jest.mock(name, () => namespace, { virtual: true });
}
