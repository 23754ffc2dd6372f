import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import {
  FRAME_HEADER_SIZE,
  toPosition,
  WAL_HEADER_SIZE,
  walStart,
  type WalHeader,
} from './wal-format';
import { WalReader } from './wal-reader';

const PAGE_SIZES = [512, 1024, 4096, 65_536];

describe('The WAL reader', () => {
  let folder: string;
  let path: string;
  let db: Database.Database;
  let reader: WalReader;
  const begin = (pageSize: number): void => {
    folder = mkdtempSync(join(tmpdir(), 'wal-'));
    path = join(folder, 'a.db');
    db = new Database(path);
    db.pragma(`page_size = ${pageSize}`);
    db.pragma('journal_mode = WAL');
    db.pragma('wal_autocheckpoint = 0');
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)');
    reader = new WalReader(path);
  };
  afterEach(() => {
    reader.close();
    db.close();
    rmSync(folder, { recursive: true });
  });
  const header = (): WalHeader => reader.header()!;
  const scanAll = (): ReturnType<WalReader['scan']> => reader.scan(header(), walStart(header()));
  const fill = (rows: number, bytes = 700): void => {
    const insert = db.prepare('INSERT INTO t (x) VALUES (randomblob(?))');
    for (let i = 0; i < rows; i++) insert.run(bytes);
  };

  it.each(PAGE_SIZES)(
    'gives every page of a log of %i byte pages as SQLite would read it',
    (pageSize) => {
      begin(pageSize);
      fill(300);
      const scan = scanAll();
      expect(scan.commits).toBe(301);
      expect(scan.commit).toBe(db.pragma('page_count', { simple: true }));
      const image = db.serialize();
      for (const [pgno, offset] of scan.pages) {
        const expected = image.subarray((pgno - 1) * pageSize, pgno * pageSize);
        expect(reader.page(offset, pageSize).equals(expected)).toBe(true);
      }
    },
  );

  it('goes on where it stopped, and finds that place again by its checksum', () => {
    begin(4096);
    fill(20);
    const first = scanAll();
    fill(5);
    const second = reader.scan(header(), first.end);
    expect(second.commits).toBe(5);
    expect(reader.find(header(), toPosition(first.end))).toEqual(first.end);
    expect(reader.find(header(), toPosition(second.end))).toEqual(second.end);
    const position = toPosition(first.end);
    expect(reader.find(header(), { ...position, checksum: '0'.repeat(16) })).toBeNull();
    expect(reader.find(header(), { ...position, offset: position.offset + 1 })).toBeNull();
    expect(reader.find(header(), { ...position, salt1: position.salt1 ^ 1 })).toBeNull();
  });

  it('stops at the last commit before a damaged or cut frame, and takes none of an open transaction', () => {
    begin(4096);
    fill(50);
    const whole = scanAll();
    const frame = 4096 + FRAME_HEADER_SIZE;
    const bytes = readFileSync(`${path}-wal`);
    const at = WAL_HEADER_SIZE + 20 * frame + 1000;
    bytes[at]! ^= 1;
    copyFileSync(path, join(folder, 'b.db'));
    writeFileSync(join(folder, 'b.db-wal'), bytes);
    const damaged = new WalReader(join(folder, 'b.db'));
    const scan = damaged.scan(damaged.header()!, walStart(damaged.header()!));
    expect(scan.end.offset).toBeLessThanOrEqual(WAL_HEADER_SIZE + 20 * frame);
    truncateSync(join(folder, 'b.db-wal'), WAL_HEADER_SIZE + 10 * frame + 7);
    const cut = damaged.scan(damaged.header()!, walStart(damaged.header()!));
    expect(cut.end.offset).toBeLessThanOrEqual(WAL_HEADER_SIZE + 10 * frame);
    damaged.close();

    db.pragma('cache_size = 2');
    db.exec('BEGIN');
    fill(100, 3000);
    const open = scanAll();
    expect(open.uncommitted).toBeGreaterThan(0);
    expect(open.end).toEqual(whole.end);
    db.exec('ROLLBACK');
  });

  it('reads a log whose checksums are big-endian, as a machine of that kind writes it', () => {
    begin(512);
    fill(40);
    const little = scanAll();
    writeFileSync(join(folder, 'be.db-wal'), toBigEndian(readFileSync(`${path}-wal`), 512));
    const big = new WalReader(join(folder, 'be.db'));
    const scan = big.scan(big.header()!, walStart(big.header()!));
    expect(big.header()!.bigEndian).toBe(true);
    expect(scan.pages).toEqual(little.pages);
    expect(scan.commits).toBe(little.commits);
    big.close();
  });

  it('knows a log that was restarted, cut to nothing, or deleted under it', () => {
    begin(4096);
    fill(3);
    const before = scanAll();
    db.pragma('wal_checkpoint(RESTART)');
    fill(1);
    expect(header().salt1).not.toBe(before.end.salt1);
    expect(reader.unlinked).toBe(false);
    db.pragma('wal_checkpoint(TRUNCATE)');
    expect(reader.header()).toBeNull();
    rmSync(`${path}-wal`);
    expect(reader.unlinked).toBe(true);
  });
});

/** The same frames with the other magic and checksums over words in the other order. */
function toBigEndian(log: Buffer, pageSize: number): Buffer {
  const out = Buffer.from(log);
  let s0 = 0;
  let s1 = 0;
  const add = (from: number, to: number): void => {
    for (let at = from; at < to; at += 8) {
      s0 = (s0 + out.readInt32BE(at) + s1) | 0;
      s1 = (s1 + out.readInt32BE(at + 4) + s0) | 0;
    }
  };
  out.writeUInt32BE(0x377f0683, 0);
  add(0, 24);
  out.writeInt32BE(s0, 24);
  out.writeInt32BE(s1, 28);
  for (let at = WAL_HEADER_SIZE; at < out.length; at += pageSize + FRAME_HEADER_SIZE) {
    add(at, at + 8);
    add(at + FRAME_HEADER_SIZE, at + FRAME_HEADER_SIZE + pageSize);
    out.writeInt32BE(s0, at + 16);
    out.writeInt32BE(s1, at + 20);
  }
  return out;
}
