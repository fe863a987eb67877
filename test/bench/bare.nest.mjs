// The least that Nest on Fastify can be: one module, one controller, one route.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

class HealthController {
  getReadiness() {
    return { status: 'ok' };
  }
}
const { prototype } = HealthController;
const route = Object.getOwnPropertyDescriptor(prototype, 'getReadiness');
Get('ready')(prototype, 'getReadiness', route);
Controller('health')(HealthController);

Module({})(HealthController);

const module = { module: HealthController, controllers: [HealthController] };
const app = await NestFactory.create(module, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
process.stdout.write(`${await app.getUrl()}\n`);
