import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule } from 'nestjs-persistence';
import { migrations } from './migrations';
import { Order } from './order.entity';
import { orderMigrations } from './order.migrations';
import { OrdersController } from './orders.controller';
import { User } from './user.entity';
import { UsersController } from './users.controller';

@Module({
  imports: [
    PersistenceModule.forRoot(),
    TypeOrmModule.forRootAsync(
      PersistenceModule.typeOrm({ entities: [User], migrations, migrationsRun: true }),
    ),
    TypeOrmModule.forFeature([User]),

    PersistenceModule.forRoot({ name: 'orders' }),
    TypeOrmModule.forRootAsync(
      PersistenceModule.typeOrm({
        name: 'orders',
        entities: [Order],
        migrations: orderMigrations,
        migrationsRun: true,
      }),
    ),
    TypeOrmModule.forFeature([Order], 'orders'),
  ],
  controllers: [UsersController, OrdersController],
})
export class TwoDatabasesModule {}
