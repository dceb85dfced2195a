import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { defaultKey } from '../../simulator/keys.mts';
import { type Stage, wrongKey } from './stage.mts';

interface Report {
	/** Messages without a fault, by type. */
	counts: Record<string, number>;
	/** Members of states that came from the source, and that no model knows. */
	echoed: Record<string, number>;
	wrong: string[];
}

/** Holds files of printed messages against Airbyte's models of its protocol. */
export const validate = ({ client }: Stage, files: readonly string[]) =>
	client.ask<Report>('validate_messages', { files });

/** The last tests of a file: what all of its runs have left behind, with messages of these types. */
export function itLeavesCleanTraces(stage: Stage, types: readonly string[]) {
	it('tells no key, neither in a log nor in what is printed', () => {
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

	it('asks nothing of the network', () => expect(stage.asked).toEqual([]));

	if (types.length === 0) return;
	it("prints nothing but what Airbyte's models say", async () => {
		const { counts, echoed, wrong } = await validate(stage, stage.printed());
		expect(wrong).toEqual([]);
		expect(Object.keys(counts)).toEqual(expect.arrayContaining([...types]));
		// PyAirbyte puts this into states, and gets it back.
		expect(Object.keys(echoed).filter((name) => name !== 'state.global_')).toEqual([]);
	});
}
