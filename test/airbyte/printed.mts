import { appendFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Everything that real processes of the connector printed, since `npm test` was last begun. */
const PRINTED = fileURLToPath(new URL('../../build/printed/', import.meta.url));

/** Keeps complete lines of a connector's standard output, to be held against Airbyte's own models. */
export function keepPrinted(lines: readonly string[]): void {
	if (lines.length === 0) return;
	mkdirSync(PRINTED, { recursive: true });
	appendFileSync(`${PRINTED}${process.pid}.jsonl`, `${lines.join('\n')}\n`);
}
