import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { realMachine } from '../test/support/real-machine.ts';
import { seconds } from './seconds.ts';

/**
 * What compacting and encrypting saved states costs and gains, on real guests: sizes, and seconds for each
 * step beside the same step without it, all in one run. What is filled is incompressible, the worst case;
 * the rest is what a small Linux guest leaves in memory.
 */
const { values } = parseArgs({
  options: {
    memory: { type: 'string', default: '1024' },
    fill: { type: 'string', default: '0,50' },
    json: { type: 'boolean', default: false },
  },
});
const numbers = (list: string): number[] => list.split(',').map(Number);

interface Row {
  readonly memoryMiB: number;
  readonly fill: number;
  readonly form: 'plain' | 'compacted' | 'encrypted';
  readonly stateMiB: number;
  /** Of the suspension; encrypting is part of it. */
  readonly suspend: number;
  /** In the background afterwards. */
  readonly compact: number;
  /** From the command until the guest runs again; expanding is part of it. */
  readonly resume: number;
}

const rows: Row[] = [];
for (const memoryMiB of numbers(values.memory)) {
  for (const fill of numbers(values.fill)) {
    for (const form of ['plain', 'compacted', 'encrypted'] as const) {
      console.error(`${memoryMiB} MiB, ${fill} % filled: ${form}`);
      rows.push(await measure(memoryMiB, fill, form));
    }
  }
}
if (values.json) console.log(JSON.stringify(rows));
else report();

async function measure(memoryMiB: number, fill: number, form: Row['form']): Promise<Row> {
  const real = await realMachine({ memoryMiB, policy: { encryptStates: form === 'encrypted' } });
  try {
    await real.machine.start();
    await real.console().next(/^READY/);
    if (fill > 0) {
      const megabytes = Math.floor((memoryMiB * fill) / 100);
      await real.console().ask(`fill ${megabytes}`, /^FILLED \d+ (\w+)$/);
    }
    const { nonce } = await real.console().tick();
    spawnSync('sync');
    const suspend = await seconds(() => real.machine.suspend('user'));
    const compact = form === 'compacted' ? await seconds(() => real.machine.form.compact()) : 0;
    const stateMiB = (real.machine.savedState?.bytes ?? 0) / 2 ** 20;
    spawnSync('sync');
    const resume = await seconds(() => real.machine.restore());
    if ((await real.console().tick()).nonce !== nonce) throw new Error('the guest is another');
    return { memoryMiB, fill, form, stateMiB, suspend, compact, resume };
  } finally {
    await real.dispose();
  }
}

function report(): void {
  const head = ['memory', 'filled', 'state', 'on disk', 'of plain', 'suspend', 'compact', 'resume'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const row of rows) {
    const plain = rows.find(
      ({ memoryMiB, fill, form }) =>
        form === 'plain' && memoryMiB === row.memoryMiB && fill === row.fill,
    );
    const share = plain === undefined ? 1 : row.stateMiB / plain.stateMiB;
    const rate = plain === undefined ? 0 : plain.stateMiB / row.compact;
    table.push([
      `${row.memoryMiB} MiB`,
      `${row.fill} %`,
      row.form,
      `${row.stateMiB.toFixed(0)} MiB`,
      `${(share * 100).toFixed(0)} %`,
      `${row.suspend.toFixed(2)} s`,
      row.compact === 0 ? '' : `${row.compact.toFixed(2)} s (${rate.toFixed(0)} MiB/s)`,
      `${row.resume.toFixed(2)} s`,
    ]);
  }
  console.log(table.toString());
}
