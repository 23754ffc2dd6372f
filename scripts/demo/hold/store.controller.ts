import { Controller, Get, Inject, Post } from '@nestjs/common';
import { Durable } from 'nestjs-persistence';
import { HeldStore } from './held-store';

/** What the demo asks for. It is never held, so that one can see what an answer that does not wait looks like. */
@Durable(false)
@Controller('store')
export class StoreController {
  constructor(@Inject(HeldStore) private readonly store: HeldStore) {}

  @Get()
  look(): { waiting: number } {
    return { waiting: this.store.waitingCount };
  }

  @Post('hold')
  hold(): { waiting: number } {
    this.store.hold();
    return this.look();
  }

  @Post('release')
  release(): { waiting: number } {
    this.store.release();
    return this.look();
  }
}
