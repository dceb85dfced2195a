import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { printedInTests } from './environment.mts';
import { openStage } from './stage.mts';
import { validate } from './traces.mts';

const types = ['CONNECTION_STATUS', 'DESTINATION_CATALOG', 'LOG', 'SPEC', 'STATE', 'TRACE'];
/** What no model knows and yet comes back in states, because the tests put it there. */
const echoes = ['extra', 'type2', 'state.note', 'state.state', 'state.x'];

const stage = await openStage();

it("prints nothing in its own tests but what Airbyte's models say", async () => {
	const names = readdirSync(printedInTests).filter((name) => name.endsWith('.jsonl'));
	const files = names.map((name) => path.join(printedInTests, name));
	const { counts, echoed, wrong } = await validate(stage, files);
	expect(wrong).toEqual([]);
	expect(Object.keys(counts).sort()).toEqual(types);
	expect(Object.keys(echoed).filter((name) => !echoes.includes(name))).toEqual([]);
});

it('is judged by models that tell good messages from spoiled ones', async () => {
	const samples = await stage.client.ask<Record<string, unknown>>('validate_samples', {});
	expect(samples).toEqual({ wrong: [], spoiled: expect.any(Number), passed: [] });
	expect(samples.spoiled).toBeGreaterThan(40);
});
