import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestProcess } from './child-process';

const folder = mkdtempSync(path.join(tmpdir(), 'child-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

function script(source: string): string {
  const file = path.join(folder, 'child.js');
  writeFileSync(file, source);
  return file;
}

const ECHO = `
  console.error('warned');
  console.log('ready ' + process.argv[2] + ' ' + process.env.GREETING);
  process.stdin.on('data', (data) => console.log('echo ' + data));
`;

test('lines are waited for in their order, and answer what was sent', async () => {
  const child = new TestProcess(script(ECHO), { args: ['one'], env: { GREETING: 'hello' } });
  expect(await child.line(/^ready/)).toBe('ready one hello');
  child.send('a');
  expect(await child.line(/^echo/)).toBe('echo a');
  child.send('b');
  expect(await child.line(/^echo/)).toBe('echo b');
  expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(child.output).toContain('warned');
});

test('a line that never comes rejects when the process ends, with what it said', async () => {
  const child = new TestProcess(script(`console.log('only this'); process.exitCode = 3;`));
  await expect(child.line(/something else/)).rejects.toThrow('only this');
  expect(await child.exited).toEqual({ code: 3, signal: null });
  await expect(child.line(/afterwards/)).rejects.toThrow('ended');
});
