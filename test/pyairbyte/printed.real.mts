import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { environment, printedInTests } from './environment.mts';
import { validate } from './validate.mts';

const types = ['CONNECTION_STATUS', 'DESTINATION_CATALOG', 'LOG', 'SPEC', 'STATE', 'TRACE'];
/** What no model knows and yet comes back in states, because the tests put it there. */
const echoes = ['extra', 'type2', 'state.note', 'state.state', 'state.x'];

const folder = mkdtempSync(path.join(tmpdir(), 'flameup-printed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = readdirSync(printedInTests).filter((name) => name.endsWith('.jsonl'));
const report = await validate(
	environment(folder, ''),
	files.map((name) => path.join(printedInTests, name)),
);

it("printed nothing in its own tests but what Airbyte's models say", () => {
	expect(report.wrong).toEqual([]);
	expect(Object.keys(report.counts).sort()).toEqual(types);
	expect(Object.keys(report.echoed).filter((name) => !echoes.includes(name))).toEqual([]);
});

it('is judged by models that tell good messages from spoiled ones', () => {
	const faulty = Object.entries(report.samples).filter(([, problems]) => problems.length > 0);
	expect(faulty).toEqual([]);
	expect(report.spoiled).toBeGreaterThan(40);
	expect(report.passed).toEqual([]);
});
