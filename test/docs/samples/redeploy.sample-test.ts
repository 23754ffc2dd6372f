import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { memory, PersistenceModule } from 'nestjs-persistence';
import { User } from './user.entity';
import { UsersController } from './users.controller';

const storage = memory(); // give the same value to both lives

async function startOnAnEmptyDisk() {
  const disk = mkdtempSync(join(tmpdir(), 'disk-'));
  const module = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRoot({ storage, database: join(disk, 'app.db') }),
      TypeOrmModule.forRootAsync(
        PersistenceModule.typeOrm({ entities: [User], synchronize: true }),
      ),
      TypeOrmModule.forFeature([User]),
    ],
    controllers: [UsersController],
  }).compile();
  const app = await module.createNestApplication().init();
  return {
    app,
    users: app.get(UsersController),
    loseDisk: () => rmSync(disk, { recursive: true }),
  };
}

export async function redeploy() {
  const before = await startOnAnEmptyDisk();
  await before.users.create({ name: 'Ada' });
  await before.app.close();
  before.loseDisk();

  const after = await startOnAnEmptyDisk();
  const found = await after.users.list();
  await after.app.close();
  after.loseDisk();
  return found;
}
