import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SourceSpec } from './client.mts';
import { filePython, sourceFile } from './environment.mts';
import { move } from './move.mts';
import { heldBy, merged } from './people.mts';
import { openStage } from './stage.mts';
import { itLeavesCleanTraces } from './traces.mts';

/** PyAirbyte's cache renames these to id, email_address and first_name; the catalog does not. */
const rows = [
	{ Id: 1001, 'Email Address': 'ann@example.com', 'First Name': 'Ann', score: 99 },
	{ Id: 1002, 'Email Address': 'ben@example.com', 'First Name': 'Ben', score: 7.5 },
	{ Id: 1003, 'Email Address': 'cleo@example.com', 'First Name': 'Cleo', score: -0.25 },
];
/** A number arrives as a number, though the cache stores 99 as the text 99.000000000. */
const people = merged(
	rows.map(({ Id, 'Email Address': email, 'First Name': first_name, score }) => ({
		userId: String(Id),
		email,
		traits: { first_name, score },
	})),
);

const stage = await openStage();
const streams = ['people'];

async function expectEverybody(name: string, source: SourceSpec, isCached: boolean) {
	const { errors, raised, flameup } = await move(stage, name, source, { isCached });
	expect(errors).toEqual([]);
	expect(raised).toBeUndefined();
	expect(heldBy(flameup)).toEqual(people);
}

describe.each([
	['straight from the source', false],
	["through PyAirbyte's cache", true],
])('%s, columns of any name', (_, isCached) => {
	it.each([
		['csv', 'people.csv'],
		['jsonl', 'people.jsonl'],
		['parquet', 'people.parquet'],
		['excel', 'people.xlsx'],
	])('become people from a file in the format %s', async (format, file) => {
		const url = path.join(stage.folder, file);
		const config = { dataset_name: 'people', format, url, provider: { storage: 'local' } };
		const source = { executable: sourceFile, config, streams };
		await expectEverybody(format, source, isCached);
	});

	it('become people from a declarative source whose primary key is Id', async () => {
		const source = { manifest, config: {}, streams };
		await expectEverybody('declarative', source, isCached);
	});
});

itLeavesCleanTraces(stage, ['LOG']);

execFileSync(filePython, [path.join(import.meta.dirname, 'files.py'), stage.folder], {
	input: JSON.stringify(rows),
});
const server = createServer((_, response) => response.end(JSON.stringify(rows)));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => server.close());

/** A declarative source, without code, that returns the rows above. */
const manifest = {
	version: '6.0.0',
	type: 'DeclarativeSource',
	check: { type: 'CheckStream', stream_names: streams },
	spec: { type: 'Spec', connection_specification: { type: 'object', properties: {} } },
	streams: [
		{
			type: 'DeclarativeStream',
			name: 'people',
			primary_key: ['Id'],
			retriever: {
				type: 'SimpleRetriever',
				requester: {
					type: 'HttpRequester',
					url_base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
					path: '/people',
				},
				record_selector: {
					type: 'RecordSelector',
					extractor: { type: 'DpathExtractor', field_path: [] },
				},
			},
			schema_loader: {
				type: 'InlineSchemaLoader',
				schema: {
					type: 'object',
					properties: {
						Id: { type: 'integer' },
						'Email Address': { type: 'string' },
						'First Name': { type: 'string' },
						score: { type: 'number' },
					},
				},
			},
		},
	],
};
