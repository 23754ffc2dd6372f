import fc from 'fast-check';
import { isStoreError } from '../../store-error';
import { blobTime, fromBlobMetadata, isFolder, toBlobMetadata } from './blob-metadata';

const character = (text: string) => fc.constantFrom(...text.split(''));
const name = fc.string({ unit: character('ab09-'), minLength: 1, maxLength: 8 });
const value = fc.string({ unit: character('a"\\ =,;~'), maxLength: 6 }).map((text) => text.trim());

test('metadata of the port come back as they were, and in between have names that Azure takes', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value), (metadata) => {
      const stored = toBlobMetadata('key', { mode: 'create', metadata });
      for (const [each, text] of Object.entries(stored)) {
        expect(each).toMatch(/^[a-z_][a-z0-9_]*$/);
        expect(text).not.toBe('');
      }
      expect(fromBlobMetadata(stored)).toEqual({ ...metadata });
    }),
  );
});

test('a time is written as Litestream does, and comes back to the millisecond', () => {
  const written = (time: number) =>
    toBlobMetadata('key', { mode: 'create', time })['litestreamtimestamp'];
  expect(written(0)).toBe('1970-01-01T00:00:00Z');
  expect(written(Date.UTC(2026, 10, 24, 10, 20, 30, 100))).toBe('2026-11-24T10:20:30.1Z');
  expect(written(Date.UTC(2026, 10, 24, 10, 20, 30, 7))).toBe('2026-11-24T10:20:30.007Z');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8.64e15 }), (time) => {
      const stored = toBlobMetadata('key', { mode: 'create', time });
      expect(blobTime(stored)).toBe(time);
      expect(fromBlobMetadata(stored)).toEqual({});
    }),
  );
});

test('a time of Litestream’s is read, whatever the case of its name and however fine it is', () => {
  const time = Date.UTC(2026, 10, 24, 10, 20, 30, 123);
  expect(blobTime({ LitestreamTimestamp: '2026-11-24T10:20:30.123456789Z' })).toBe(time);
  expect(blobTime({ litestreamtimestamp: '2026-11-24T12:20:30.123+02:00' })).toBe(time);
});

test('no time, and one that is none, are told apart from a time', () => {
  expect(blobTime(undefined)).toBeUndefined();
  expect(blobTime({ other: '1' })).toBeUndefined();
  expect(blobTime({ litestreamtimestamp: 'yesterday' })).toBeUndefined();
});

test('the name that holds the time is refused', () => {
  const metadata = { litestreamtimestamp: 'x' };
  let error: unknown;
  try {
    toBlobMetadata('key', { mode: 'create', metadata });
  } catch (thrown) {
    error = thrown;
  }
  expect(isStoreError(error, 'Rejected')).toBe(true);
});

test('names of other programs are shown as they are', () => {
  expect(fromBlobMetadata({ Made_By: 'x' })).toEqual({ made_by: 'x' });
});

test('folders of an account with folders are known by their metadata', () => {
  expect(isFolder({ hdi_isfolder: 'true' })).toBe(true);
  expect(isFolder({ Hdi_IsFolder: 'True' })).toBe(true);
  expect(isFolder({ hdi_isfolder: 'false' })).toBe(false);
  expect(isFolder(undefined)).toBe(false);
});
