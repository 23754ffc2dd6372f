import { Global, Module } from '@nestjs/common';
import { WriteQueue } from './write-queue';

/** Global, because the queue protects the one connection that all features share. */
@Global()
@Module({ providers: [WriteQueue], exports: [WriteQueue] })
export class WritesModule {}
