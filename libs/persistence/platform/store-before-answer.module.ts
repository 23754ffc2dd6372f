import { Inject, Module, type NestModule } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { StoreBeforeAnswerInterceptor } from './store-before-answer.interceptor';

/**
 * Puts our interceptor around every other of the app. One that lay around ours could commit behind it, so that an answer left
 * with a commit that nobody had waited for; or end its transaction only behind it, so that both waited for each other.
 */
@Module({})
export class StoreBeforeAnswerModule implements NestModule {
  constructor(@Inject(ApplicationConfig) private readonly app: ApplicationConfig) {}

  /** Called when all global interceptors are known and no route is registered yet; `onModuleInit` would be too late. */
  configure(): void {
    const interceptors = this.app.getGlobalInterceptors();
    const ours = interceptors.filter((each) => each instanceof StoreBeforeAnswerInterceptor);
    const others = interceptors.filter((each) => !ours.includes(each as never));
    interceptors.splice(0, interceptors.length, ...ours, ...others);
  }
}
