import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { defaultKey } from '../../simulator/keys.mts';
import { type Stage, wrongKey } from './stage.mts';

interface Report {
	/** The number of valid messages, by type. */
	counts: Record<string, number>;
	/** Fields of states that came from the source and are in no model. */
	echoed: Record<string, number>;
	wrong: string[];
}

/** Validates files of printed messages against Airbyte's protocol models. */
export const validate = ({ client }: Stage, files: readonly string[]) =>
	client.ask<Report>('validate_messages', { files });

/** The last tests of a file: check the output of all its runs, with messages of these types. */
export function itLeavesCleanTraces(stage: Stage, types: readonly string[]) {
	it('writes no key to a log or to the output', () => {
		const files = readdirSync(stage.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
			/\.(log|jsonl)$/.test(name),
		);
		const texts = files.map((name) => [name, readFileSync(path.join(stage.folder, name), 'utf8')]);
		texts.push(['what was printed', stage.client.output()]);
		const telling = (key: string) =>
			texts.filter(([, text]) => text?.includes(key)).map(([name]) => name);
		expect(files.length).toBeGreaterThan(2);
		expect(telling(defaultKey)).toEqual([]);
		expect(telling(wrongKey)).toEqual([]);
	});

	it('makes no network requests', () => expect(stage.asked).toEqual([]));

	if (types.length === 0) return;
	it("prints only messages valid in Airbyte's models", async () => {
		const { counts, echoed, wrong } = await validate(stage, stage.printed());
		expect(wrong).toEqual([]);
		expect(Object.keys(counts)).toEqual(expect.arrayContaining([...types]));
		// PyAirbyte adds this to states, and gets it back.
		expect(Object.keys(echoed).filter((name) => name !== 'state.global_')).toEqual([]);
	});
}
