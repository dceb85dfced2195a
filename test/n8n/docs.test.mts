import { readFileSync } from 'node:fs';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { expect, it } from 'vitest';
import { Flameup } from '../../nodes/Flameup/Flameup.node';
import { Failure, type FailureCode } from '../../nodes/Flameup/failure';
import { PERSON_FIELDS } from '../../nodes/Flameup/personFields';
import { WORDS } from '../../nodes/Flameup/vocabulary';
import { INVALID, REFUSED, type RejectionCode } from '../../src/errors';
import { fillIn, MEANINGS } from '../../src/texts';
import { PROBLEMS } from '../core/problems.mts';
import { aliases, expectPart, table } from '../docs/parts.mts';

const FILE = new URL('../../docs/n8n.md', import.meta.url);
const README = new URL('../../README.md', import.meta.url);

const properties = new Flameup().description.properties;

const choices = ({ options = [], type }: INodeProperties) =>
	type === 'options' ? (options as INodePropertyOptions[]) : [];

/** The operations in which a parameter is shown. */
function operationsOf({ displayOptions }: INodeProperties): string[] {
	const [resource] = displayOptions?.show?.resource ?? [];
	const shown = displayOptions?.show?.operation ?? [];
	return shown.map((operation) => nameOf(resource, operation));
}

const operations = properties
	.filter(({ name }) => name === 'operation')
	.flatMap((property) =>
		choices(property).map(({ name, value, description = '' }) => ({
			resource: property.displayOptions?.show?.resource?.[0] as string,
			name,
			value,
			description,
		})),
	);

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Such as Get Many, or Event: Get Many where a resource other than people is meant. */
function nameOf(resource: unknown, operation: unknown): string {
	const found = operations.find((one) => one.resource === resource && one.value === operation);
	const name = found?.name ?? String(operation);
	return resource === 'person' ? name : `${capital(String(resource))}: ${name}`;
}

function defaultOf(property: INodeProperties): string {
	const { default: value, required, type } = property;
	if (required) return 'required';
	if (type === 'boolean') return value ? 'on' : 'off';
	const chosen = choices(property).find((choice) => choice.value === value)?.name;
	if (chosen !== undefined) {
		const others = choices(property).filter((choice) => choice.value !== value);
		return `${chosen} (or ${others.map(({ name }) => name).join(', ')})`;
	}
	return type === 'number' ? String(value) : 'none';
}

const sentence = (text: string) => (text === '' || text.endsWith('.') ? text : `${text}.`);

function described({ description = '', ...property }: INodeProperties): string {
	const shown = choices(property as INodeProperties)
		.filter((choice) => choice.description)
		.map((choice) => `*${choice.name}*: ${sentence(choice.description ?? '')}`);
	return [sentence(description), ...shown].filter(Boolean).join(' ');
}

/** One row for all parameters that have the same text in several operations. */
function grouped(list: { property: INodeProperties; usedBy: string[] }[]): string[][] {
	const rows = new Map<string, { cells: string[]; usedBy: Set<string> }>();
	for (const { property, usedBy } of list) {
		const cells = [`**${property.displayName}**`, defaultOf(property), described(property)];
		const key = JSON.stringify(cells);
		const row = rows.get(key) ?? { cells, usedBy: new Set() };
		for (const operation of usedBy) row.usedBy.add(operation);
		rows.set(key, row);
	}
	return [...rows.values()].map(({ cells: [name = '', ...rest], usedBy }) => [
		name,
		usedBy.size === operations.length ? 'all' : [...usedBy].join(', '),
		...rest,
	]);
}

const isCollection = ({ type }: INodeProperties) => type === 'collection';

const parameters = properties.filter(
	({ name, type }) =>
		!['collection', 'notice'].includes(type) && !/^(resource|operation)$/.test(name),
);
const options = properties.filter(isCollection).flatMap((collection) =>
	(collection.options as INodeProperties[]).map((property) => ({
		property,
		usedBy: operationsOf(collection),
	})),
);

/** What the other codes of failed rows mean, and what to do. */
const OTHERS: Record<Exclude<FailureCode, RejectionCode>, [meaning: string, hint: string]> = {
	invalid_parameter: [
		'A parameter has no value, or one that cannot be used, or its expression failed; the error names the parameter.',
		'Correct the parameter, or the field that it reads.',
	],
	not_found: [
		'Flameup has nobody with this user ID, email address or ID.',
		'Check the value; it must match exactly.',
	],
	already_exists: ['Flameup already has this person.', 'Use *Create or Update*.'],
	uncertain: [
		'No clear answer came, so the request may have been carried out or not. It is not sent again, because that could message somebody twice.',
		'Check in Flameup before you run the row again.',
	],
	configuration: [
		'The credential or an option is wrong, so no row could do better; nothing more was sent.',
		'Correct what the error names.',
	],
	unavailable: [
		'Flameup or the network was down or busy for longer than *Give Up After Minutes* allows.',
		'Run the workflow again later; it is safe.',
	],
	canceled: ['The execution was canceled before this row was confirmed.', 'Run it again.'],
	unexpected: ['Something happened that the node was not made for.', 'Report it.'],
};

const rejectionCodes = [...INVALID, ...REFUSED].filter((code) => code !== 'unreadable_line');

const head = ['name', 'operations', 'default', 'what it does'];

const parts: Record<string, string> = {
	operations: table(
		['resource', 'operation', 'what it does'],
		operations.map(({ resource, name, description }) => [
			capital(resource),
			`**${name}**`,
			sentence(description),
		]),
	),
	parameters: table(
		head,
		grouped(parameters.map((property) => ({ property, usedBy: operationsOf(property) }))),
	),
	options: table(head, grouped(options)),
	aliases: aliases('field'),
	fields: PERSON_FIELDS.map(({ displayName }) => `*${displayName}*`).join(', '),
	codes: table(
		['code', 'meaning', 'what to do'],
		[
			...rejectionCodes.map((code) => [
				`\`${code}\``,
				fillIn(MEANINGS[code], WORDS),
				new Failure(PROBLEMS[code]).text.hint ?? '',
			]),
			...Object.entries(OTHERS).map(([code, texts]) => [`\`${code}\``, ...texts]),
		],
	),
};

it.each(Object.entries(parts))(
	'docs/n8n.md has the %s that the node declares (npm run docs writes them)',
	(name, expected) => expectPart(FILE, name, expected),
);

it('README.md has the operations that the node declares (npm run docs writes them)', () => {
	const byResource = Map.groupBy(operations, ({ resource }) => capital(resource));
	const rows = [...byResource].map(([resource, all]) => [
		resource,
		all.map(({ name }) => name).join(', '),
	]);
	expectPart(README, 'operations', table(['resource', 'operations'], rows));
});

it('docs/n8n.md shows only pictures that exist', () => {
	const text = readFileSync(FILE, 'utf8');
	const pictures = [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path = '']) => path);
	expect(pictures.length).toBeGreaterThan(2);
	for (const picture of pictures) {
		expect(readFileSync(new URL(picture, FILE)).subarray(1, 4).toString()).toBe('PNG');
	}
});
