import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

export const createApp = (module: Type): Promise<INestApplication> =>
  NestFactory.create(module, { logger: ['warn', 'error'] });
