import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule } from 'nestjs-persistence';
import { LiveController } from './live.controller';
import { migrations } from './migrations';
import { User } from './user.entity';
import { UsersController } from './users.controller';

@Module({
  imports: [
    PersistenceModule.forRoot(),
    TypeOrmModule.forRootAsync(
      PersistenceModule.typeOrm({ entities: [User], migrations, migrationsRun: true }),
    ),
    TypeOrmModule.forFeature([User]),
  ],
  controllers: [UsersController, LiveController],
})
export class AppModule {}
