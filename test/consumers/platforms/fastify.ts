import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

export const createApp = (module: Type): Promise<INestApplication> =>
  NestFactory.create(module, new FastifyAdapter(), { logger: ['warn', 'error'] });
