// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Durable } from 'nestjs-persistence';
import { Repository } from 'typeorm';
import { Payment } from './payment.entity';

@Controller('payments')
export class PaymentsController {
  constructor(@InjectRepository(Payment) private readonly payments: Repository<Payment>) {}

  @Durable() // answered when the payment is stored
  @Put(':key')
  async pay(@Param('key') key: string, @Body() { cents }: { cents: number }): Promise<Payment> {
    await this.payments.createQueryBuilder().insert().values({ key, cents }).orIgnore().execute();
    return this.payments.findOneByOrFail({ key }); // the first attempt's, if there was one
  }

  @Get()
  list(): Promise<Payment[]> {
    return this.payments.find();
  }
}
