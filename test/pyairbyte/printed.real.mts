import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { printedInTests } from './environment.mts';
import { openStage } from './stage.mts';
import { validate } from './traces.mts';

const types = ['CONNECTION_STATUS', 'DESTINATION_CATALOG', 'LOG', 'SPEC', 'STATE', 'TRACE'];
/** Fields in returned states that no model knows, because the tests put them there. */
const echoes = ['extra', 'type2', 'state.note', 'state.state', 'state.x'];

const stage = await openStage();

it("prints only messages valid in Airbyte's models in its own tests", async () => {
	const names = readdirSync(printedInTests).filter((name) => name.endsWith('.jsonl'));
	const files = names.map((name) => path.join(printedInTests, name));
	const { counts, echoed, wrong } = await validate(stage, files);
	expect(wrong).toEqual([]);
	expect(Object.keys(counts).sort()).toEqual(types);
	expect(Object.keys(echoed).filter((name) => !echoes.includes(name))).toEqual([]);
});

it('is validated by models that reject spoiled messages', async () => {
	const samples = await stage.client.ask<Record<string, unknown>>('validate_samples', {});
	expect(samples).toEqual({ wrong: [], spoiled: expect.any(Number), passed: [] });
	expect(samples.spoiled).toBeGreaterThan(40);
});
