import { appendFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Output of real connector processes since the last start of `npm test`, which creates this folder. */
const PRINTED = fileURLToPath(new URL('../../build/printed/', import.meta.url));

/** Keeps complete lines of a connector's standard output, to be checked against Airbyte's own models; does nothing without the folder. */
export function keepPrinted(lines: readonly string[]): void {
	if (lines.length === 0 || !existsSync(PRINTED)) return;
	appendFileSync(`${PRINTED}${process.pid}.jsonl`, `${lines.join('\n')}\n`);
}
