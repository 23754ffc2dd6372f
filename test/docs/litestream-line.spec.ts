import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { directory, SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { describeWithLitestream } from '../compat/litestream-command';
import { Note } from '../journeys/support/note.entity';
import { persistence, startApp } from '../journeys/support/start-app';
import { temporaryFolder } from '../journeys/support/temporary-folder';

describeWithLitestream('without us', (litestream) => {
  const folder = temporaryFolder();

  it('the line of the README brings the database back, while the app runs', async () => {
    const app = await startApp(
      persistence(
        {
          database: folder.file('disk', 'app.db'),
          storage: directory({ path: folder.file('shared') }),
        },
        { entities: [Note], synchronize: true },
      ),
    );
    await app.get(DataSource).getRepository(Note).save({ text: 'kept' });
    await app.get(SyncService).flush();

    const [command, ...args] = lineOfReadme().split(' ');
    expect(command).toBe('litestream');
    const here = args.map((arg) => arg.replace('/mnt/shared', folder.file('shared')));
    execFileSync(litestream, here, { cwd: folder.path, stdio: 'pipe' });
    await app.close();

    const rescued = new Database(folder.file('rescued.db'), { readonly: true });
    expect(rescued.prepare('SELECT text FROM note').all()).toEqual([{ text: 'kept' }]);
    rescued.close();
  });
});

function lineOfReadme(): string {
  const readme = readFileSync(join(dirname(__dirname), '..', 'README.md'), 'utf8');
  return readme.split('\n').find((line) => line.startsWith('litestream restore'))!;
}
