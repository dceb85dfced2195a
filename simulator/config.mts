import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Simulator } from './server.mts';
import { SwitchError } from './switches.mts';

/** A configuration with which the Airbyte destination reaches the simulator, as JSON. */
export function configText({ flameup, url }: Simulator): string {
	const { keys, pathStyle, workspace } = flameup.switches();
	const config = {
		api_key: keys[0]?.key,
		...(pathStyle !== 'key' && { workspace_id: workspace }),
		api_url: url,
	};
	return JSON.stringify(config, null, '\t');
}

/** Writes a configuration. Throws a SwitchError if the file exists and has another key, which may be a real one. */
export function writeConfig(path: string, text: string): void {
	try {
		if (existsSync(path) && keyIn(readFileSync(path, 'utf8')) !== keyIn(text)) {
			throw new SwitchError(
				`${path} exists and is not a configuration for this simulator. Name another file with --write-config.`,
			);
		}
		writeFileSync(path, `${text}\n`);
	} catch (error) {
		if (error instanceof SwitchError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new SwitchError(`--write-config: ${path} could not be written (${code}).`);
	}
}

function keyIn(text: string): unknown {
	try {
		return JSON.parse(text).api_key;
	} catch {
		return undefined;
	}
}
