import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { lastValueFrom, type Observable, from } from 'rxjs';
import type { DataSource } from 'typeorm';

/** A transaction around every request, as many apps have it: the handler's result is there before the commit. */
export class TransactionInterceptor implements NestInterceptor {
  constructor(private readonly dataSource: DataSource) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const work = () => lastValueFrom(next.handle(), { defaultValue: undefined });
    return from(this.dataSource.transaction(work));
  }
}
