// Started by lock.test.ts as a process of its own: tries for the lock of its argument, says in one
// line of JSON what came of it, and stays until its input ends.
import { createHost } from '../../src/storage/host.ts';

const attempt = createHost().lock(process.argv[2] ?? '');
console.log(JSON.stringify({ acquired: attempt.acquired }));
process.stdin.resume();
