import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule } from 'nestjs-persistence';
import { User } from './user.entity';
import { UsersController } from './users.controller';

export async function startWithoutReplica() {
  const module = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRoot({ enabled: false, database: ':memory:' }),
      TypeOrmModule.forRootAsync(
        PersistenceModule.typeOrm({ entities: [User], synchronize: true }),
      ),
      TypeOrmModule.forFeature([User]),
    ],
    controllers: [UsersController],
  }).compile();
  return module.createNestApplication().init();
}
