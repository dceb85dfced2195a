import { expect, it } from 'vitest';
import { helpText, readArguments } from './options.mts';
import { SwitchError, topics } from './switches.mts';

it('reads switches under their dashed names', () => {
	const line = '--latency-ms 50-200 --partial --no-date-header --clock-skew-ms=-5 --key a --key b';
	expect(readArguments(line.split(' '))).toEqual({
		help: false,
		quiet: false,
		verbose: false,
		port: 8080,
		switches: {
			latencyMs: [50, 200],
			partial: true,
			dateHeader: false,
			clockSkewMs: -5,
			keys: [
				{ key: 'a', permissions: ['*'] },
				{ key: 'b', permissions: ['*'] },
			],
		},
	});
});

it.each([
	['--error-shape E', '--error-shape must be D, A, B or C, not "E".'],
	['--fault-rate 2', '--fault-rate must be a number from 0 to 1, not "2".'],
	['--port x', '--port must be a number from 0 to 65535, not "x".'],
	['--port 70000', '--port must be a number from 0 to 65535, not "70000".'],
	['--nonsense', "Unknown option '--nonsense'. See --help."],
	['nonsense', "Unexpected argument 'nonsense'. See --help."],
	['--partial=yes', "Option '--partial' does not take an argument. See --help."],
	['--limit', "Option '--limit <value>' argument missing. See --help."],
	['--key secret=root', '--key must be KEY or KEY=permission,… (may be repeated).'],
])('refuses %s', (line, sentence) => {
	expect(() => readArguments(line.split(' '))).toThrow(new SwitchError(sentence));
});

it('has a help line for each switch', () => {
	const help = helpText();
	for (const name of Object.values(topics).flatMap((topic) => Object.keys(topic))) {
		const option = name === 'keys' ? 'key' : name.replace(/[A-Z]/g, '-$&').toLowerCase();
		expect(help).toMatch(new RegExp(`^ {2}--(\\[no-\\])?${option} `, 'm'));
	}
	expect(help).toContain('documented shape of error bodies: D, A, B or C (default D)');
	expect(help).not.toMatch(/undefined|\[object/);
});
