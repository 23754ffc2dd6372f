// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Body, Controller, Get, Post } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { InjectSyncService, SyncService } from 'nestjs-persistence';
import { Repository } from 'typeorm';
import { Order } from './order.entity';

@Controller('orders')
export class OrdersController {
  constructor(
    @InjectRepository(Order, 'orders') private readonly orders: Repository<Order>,
    @InjectSyncService('orders') private readonly sync: SyncService,
  ) {}

  @Post()
  async create(@Body() { article }: { article: string }): Promise<Order> {
    const order = await this.orders.save({ article });
    await this.sync.flush(); // of the database "orders"
    return order;
  }

  @Get()
  list(): Promise<Order[]> {
    return this.orders.find();
  }
}
