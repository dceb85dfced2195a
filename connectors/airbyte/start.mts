import { isSupported } from './nodeVersion';
import specification from './spec.json' with { type: 'json' };

/**
 * Starts a command. `spec`, for which Airbyte's user interface waits, prints the generated specification
 * without loading anything else.
 */
const [command, ...others] = process.argv.slice(2);
const isPlainSpec = command === 'spec' && others.length === 0;
if (isPlainSpec && isSupported(process.versions.node)) {
	process.stdout.on('error', () => process.exit(1));
	process.stdout.write(`${JSON.stringify({ type: 'SPEC', spec: specification })}\n`);
} else {
	await import('./main.mjs');
}
