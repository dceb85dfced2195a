import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { python, root } from './environment.mts';

const METADATA = readFileSync(path.join(root, 'connectors/airbyte/metadata.yaml'), 'utf8');

/** What Airbyte's schema and models object to. */
const problems = (metadata: string): string[] =>
	execFileSync(python, [path.join(import.meta.dirname, 'metadata.py')], {
		input: metadata,
		encoding: 'utf8',
		env: { PYTHONDONTWRITEBYTECODE: '1' },
	})
		.split('\n')
		.filter((line) => line !== '');

it('metadata.yaml is valid', () => {
	expect(problems(METADATA)).toEqual([]);
});

it.each([
	['a missing ID', /^ {2}definitionId: .*\n/m, '', 'definitionId'],
	['an unknown stage', /(?<=releaseStage: ).*/, 'perfect', 'releaseStage'],
	['an unknown property', /^ {2}name: /m, '  nickname: x\n  name: ', 'nickname'],
])('%s would be found by both', (_name, pattern, replacement, found) => {
	const broken = METADATA.replace(pattern, replacement);
	expect(broken).not.toBe(METADATA);
	expect(problems(broken)).toEqual([
		expect.stringMatching(`^schema: .*${found}`),
		expect.stringMatching(`^model: .*${found}`),
	]);
});
