import { readOptions, USAGE } from './cli-options';

test('a store is needed, and a known one', () => {
  expect(readOptions(['--store', 'azure'])).toMatchObject({ store: 'azure', wrappers: true });
  expect(() => readOptions([])).toThrow('memory, directory, s3, azure');
  expect(() => readOptions(['--store', 'gcs'])).toThrow('memory, directory, s3, azure');
  expect(() => readOptions(['--store', 's3', '--server', 'rclone'])).toThrow('versitygw');
  expect(() => readOptions(['--stor', 's3'])).toThrow();
});

test('without a store the table is written, checked, or help given', () => {
  for (const option of ['--table', '--check', '--help']) {
    expect(readOptions([option]).store).toBeUndefined();
  }
  expect(readOptions(['--store', 's3', '--no-wrappers']).wrappers).toBe(false);
  expect(readOptions(['--store', 's3', '--wrappers']).wrappers).toBe(true);
});

test('the help names every option', () => {
  for (const option of ['store', 'server', 'no-wrappers', 'json', 'table', 'check', 'help']) {
    expect(USAGE).toContain(`--${option}`);
  }
});
