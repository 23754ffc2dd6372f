import os from 'node:os';
import { LineCollector } from '../../../test/journeys/support/line-collector';
import { resolveSettings } from '../module/settings';
import { announce } from './announce';

function announced(name: string, variables: Record<string, string>, options: object = {}): string {
  const lines = new LineCollector();
  announce(
    resolveSettings(name, options, (variable) => variables[variable]),
    lines,
  );
  return lines.text;
}

describe('what is said before anything is opened', () => {
  it('names the variables that choose a store where none is chosen, as this database has them', () => {
    expect(announced('app', {})).toBe(
      'warn No store is configured: data will not survive a redeploy. Set NETWORK_DB_PATH, AZURE_STORAGE_CONNECTION_STRING or S3_BUCKET to keep it.',
    );
    expect(announced('orders', { S3_BUCKET: 'b' })).toMatch(
      'Set NETWORK_DB_PATH_ORDERS, AZURE_STORAGE_CONNECTION_STRING_ORDERS or S3_BUCKET_ORDERS to',
    );
  });

  it('advises to set nothing that is set: where no store is wanted, that is the reason', () => {
    expect(announced('app', { PERSISTENCE_STORAGE: 'none', S3_BUCKET: 'b' })).toBe(
      'warn No store is wanted (PERSISTENCE_STORAGE is none): data will not survive a redeploy. To keep it, remove PERSISTENCE_STORAGE or name the store in it (directory, azure or s3).',
    );
    expect(announced('orders', { PERSISTENCE_STORAGE_ORDERS: 'local' })).toMatch(
      /PERSISTENCE_STORAGE_ORDERS is local.* remove PERSISTENCE_STORAGE_ORDERS/,
    );
  });

  it('names the variable of the local file as this database has it', () => {
    expect(announced('app', { S3_BUCKET: 'b' })).toMatch(/Set DATABASE_PATH to/);
    expect(announced('orders', { S3_BUCKET_ORDERS: 'b' })).toMatch(/Set DATABASE_PATH_ORDERS to/);
    const azure = { WEBSITE_SITE_NAME: 'x', DATABASE_PATH_ORDERS: '/home/data/orders.db' };
    expect(announced('orders', azure)).toMatch(/network folder.* Set DATABASE_PATH_ORDERS to/);
  });
});

it('says where the local file is that nobody named, without a path of the host', () => {
  const options = { application: 'shop' };
  const said = announced('app', { S3_BUCKET: 'b' }, options);
  expect(said).toMatch(
    "The local file is nestjs-persistence/shop/app.db in the system's folder for temporary files",
  );
  expect(said).not.toContain(os.tmpdir());
});

describe('refusals of settings', () => {
  it('name the variables of the database they are about', () => {
    const vercel = { VERCEL: '1', S3_BUCKET_ORDERS: 'b' };
    expect(() => announced('orders', vercel)).toThrow(
      expect.objectContaining({
        code: 'PLATFORM_RUNS_SEVERAL',
        hint: expect.stringContaining('set PERSISTENCE_OWNERSHIP_ORDERS=trusted'),
      }),
    );
    expect(() => announced('orders', { DATABASE_PATH_ORDERS: '/x/' })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('variable DATABASE_PATH_ORDERS') }),
    );
  });
});
