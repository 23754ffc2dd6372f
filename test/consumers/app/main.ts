// What a user writes, run from the packed package: `main.js write` stores a row, `main.js read` prints the rows.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule, SyncService } from 'nestjs-persistence';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
class Note {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  text!: string;
}

@Module({
  imports: [
    PersistenceModule.forRoot(),
    TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ entities: [Note], synchronize: true })),
  ],
})
class AppModule {}

async function main(action: string | undefined): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
  const notes = app.get(DataSource).getRepository(Note);
  if (action === 'write') {
    await notes.save({ text: 'kept' });
    const { stored } = await app.get(SyncService).flush();
    if (!stored) throw new Error('flush() did not store.');
  } else {
    const { origin } = app.get(SyncService).status();
    console.log(JSON.stringify({ origin, texts: (await notes.find()).map(({ text }) => text) }));
  }
  await app.close();
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
