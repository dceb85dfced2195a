import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';

/** A folder that is gone when this process ends. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'flameup-e2e-'));
	process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
	for (const signal of ['SIGINT', 'SIGTERM'] as const)
		process.once(signal, () => process.exit(130));
	return folder;
}

/** Where a module stands once it is bundled with the core, which Node runs no other way. */
export async function bundled(input: string, folder: string): Promise<string> {
	const file = join(folder, 'bundle.mjs');
	await build({ input, platform: 'node', output: { file, format: 'esm' }, logLevel: 'warn' });
	return pathToFileURL(file).href;
}
