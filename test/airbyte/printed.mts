import { appendFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Everything that real processes of the connector printed since `npm test`, which makes it, was last begun. */
const PRINTED = fileURLToPath(new URL('../../build/printed/', import.meta.url));

/** Keeps complete lines of a connector's standard output, to be held against Airbyte's own models; without the folder there is nothing to add to. */
export function keepPrinted(lines: readonly string[]): void {
	if (lines.length === 0 || !existsSync(PRINTED)) return;
	appendFileSync(`${PRINTED}${process.pid}.jsonl`, `${lines.join('\n')}\n`);
}
