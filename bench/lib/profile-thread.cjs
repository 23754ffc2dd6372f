// Profiles the thread it is loaded into, to its end. Node's own --cpu-prof does not reach threads started with execArgv.
// The profiler's signals cut SQLite's sleeps short, so that a busy timeout of 5 s ends within 0.1 s: SQLITE_BUSY in a
// profiled run says nothing about a plain one.
const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const path = require('node:path');
const { threadId } = require('node:worker_threads');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 1_000 });
session.post('Profiler.start');
process.on('exit', () => {
  session.post('Profiler.stop', (_, { profile }) => {
    const name = `${process.pid}-${threadId}.cpuprofile`;
    writeFileSync(path.join(process.env.BENCH_PROFILE, name), JSON.stringify(profile));
  });
});
