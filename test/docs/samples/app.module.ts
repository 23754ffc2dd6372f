import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule } from 'nestjs-persistence';
import { User } from './user.entity';
import { UsersController } from './users.controller';

@Module({
  imports: [
    PersistenceModule.forRoot(),
    TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ entities: [User], synchronize: true })),
    TypeOrmModule.forFeature([User]),
  ],
  controllers: [UsersController],
})
export class AppModule {}
