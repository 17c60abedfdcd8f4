/**
 * Signs a table for a release: `node src/preflight/known-broken/sign.ts KEY.pem TABLE.json > OUT`.
 * The table is checked first: one that Torpor would refuse is not signed.
 */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tableSchema } from './schema.ts';
import { signTable } from './signature.ts';

const [keyPath, tablePath] = process.argv.slice(2);
if (keyPath === undefined || tablePath === undefined) {
  process.stderr.write('Usage: sign.ts KEY.pem TABLE.json\n');
  process.exitCode = 2;
} else {
  const table = JSON.stringify(tableSchema.parse(JSON.parse(readFileSync(tablePath, 'utf8'))));
  process.stdout.write(`${signTable(table, createPrivateKey(readFileSync(keyPath)))}\n`);
}
