import fc from 'fast-check';
import {
	Expression,
	type IDataObject,
	type INodeTypes,
	tryToParseDateTime,
	Workflow,
} from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draggedPath, LEFT_TO_N8N, valueAt } from '../../nodes/Flameup/dragged.ts';
import { Flameup } from '../../nodes/Flameup/Flameup.node.ts';
import { mapped } from './fake-n8n.mts';
import { fakeTimers, run } from './timed.mts';

/** The value of an expression, read directly if it is a dragged field. */
function read(expression: string, item: unknown): unknown {
	const path = draggedPath(expression);
	return path === undefined ? LEFT_TO_N8N : valueAt(item, path);
}

const NAMES = [
	...['a', 'b', 'userId', 'e_mail', 'First Name', 'Total (EUR)', 'größe', '0', '1', '00', '-1'],
	...['length', 'at', 'isEmpty', 'a.isEmpty()', 'toJSON', 'size', 'name', 'this', 'class', 'json'],
	...['constructor', 'constructor_id', 'a. constructor', '__proto__', 'prototype', 'toString'],
	...['valueOf', 'hasOwnProperty', '__defineGetter__', '__isArray', '__isError', '__sanitize'],
	...[
		'caller',
		'arguments',
		'binding',
		'mainModule',
		'___n8n_data',
		'$',
		'$a',
		'$json',
		'globalThis',
	],
	...['{{ a }}', '}}', '=a', "it's", '"', '\\', '//', '/* */', '`', '\n', '\u2028', '😀', ' ', ''],
];

const name = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom('a', 'b', 'userId', 'First Name', '0', '1') },
	{ weight: 3, arbitrary: fc.constantFrom(...NAMES) },
	{ weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
);

class Instance {
	a = 1;
}

const LEAVES: readonly (() => unknown)[] = [
	() => new Date(1_763_600_000_000),
	() => new Date(Number.NaN),
	() => tryToParseDateTime('2026-11-21T09:30:00Z'),
	() => new Instance(),
	() => new Map([['a', 1]]),
	() => /a/g,
	() => new Uint8Array([1, 2]),
	() => (a: unknown) => a,
	() => Symbol('a'),
	() => 12n,
	() => Object.create({ a: 1 }),
	() => Object.assign(Object.create(null), { a: 1 }),
	() => Object.defineProperty({}, 'a', { get: () => 7, enumerable: true }),
	() => Object.defineProperty({}, 'a', { value: 7, enumerable: false }),
	() => ({ toJSON: () => 'a' }),
	() => ({ __isArray: true, __length: 3, __data: null }),
	() => ({ __isError: true, message: 'a' }),
	() => ({ toString: 'a', constructor: 'b' }),
	() => JSON.parse('{"__proto__": {"a": 1}}'),
	() => Object.assign(new Array(3), { 0: 1, 2: 3 }),
	() => Object.assign([1], { a: 2 }),
	() => Array.from({ length: 30 }).reduce((inner) => ({ a: inner }), 1),
	() => Array.from({ length: 15 }).reduce((inner) => [inner], 1),
];

const leaf = fc.oneof(
	fc.constantFrom('a', '', '{{ $json.b }}', '={{ 1 }}', '\ud800', '😀', 'x'.repeat(300)),
	fc.constantFrom(0, -0, 1.5, 2 ** 60, Number.NaN, Number.POSITIVE_INFINITY, true, false),
	fc.constantFrom(null, undefined),
	fc.constantFrom(...LEAVES).map((make) => make()),
);

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ depthSize: 'small' },
		leaf,
		fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map(Object.fromEntries),
		fc.array(tie('value'), { maxLength: 3 }),
	),
}));

const item = fc
	.array(fc.tuple(name, value), { minLength: 1, maxLength: 5 })
	.map((members) => Object.fromEntries(members) as IDataObject);

const member = (key: string, style: number): string => {
	if (style === 0 && /^[A-Za-z_$][\w$]*$/.test(key)) return `.${key}`;
	if (style < 2 && /^\d+$/.test(key)) return `[${key}]`;
	return style < 3 ? `['${key.replaceAll("'", "\\'")}']` : `["${key}"]`;
};

/** An item, and an expression that leads into it, most of the time to something. */
const dragged = fc
	.record({
		item,
		picks: fc.array(fc.record({ pick: fc.nat(), other: name, misses: fc.nat(9) }), {
			minLength: 1,
			maxLength: 4,
		}),
		styles: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
		ending: fc.constantFrom(
			...Array(20).fill(' }}'),
			' }} ',
			'}}',
			'.length }}',
			'.trim() }}',
			' }}a',
		),
	})
	.map(({ ending, item, picks, styles }) => {
		let inside: unknown = item;
		let members = '';
		for (const [i, { misses, other, pick }] of picks.entries()) {
			const isOpen = typeof inside === 'object' && inside !== null;
			const keys: string[] = isOpen ? Object.keys(inside as object) : [];
			if (i > 1 && keys.length === 0) break;
			const key = misses === 0 || keys.length === 0 ? other : (keys[pick % keys.length] ?? other);
			members += member(key, styles[i] ?? 0);
			inside = isOpen ? Object.getOwnPropertyDescriptor(inside, key)?.value : undefined;
		}
		return { expression: `={{ $json${members}${ending}`, item };
	});

const nodeTypes = {
	getByNameAndVersion: () => ({ description: { properties: [] } }),
	getByName: () => ({ description: { properties: [] } }),
	getKnownTypes: () => ({}),
} as unknown as INodeTypes;

const workflow = new Workflow({
	nodes: [{ id: '1', name: 'Node', type: 'a', typeVersion: 1, position: [0, 0], parameters: {} }],
	connections: {},
	active: false,
	nodeTypes,
	settings: { timezone: 'America/New_York' },
});

/** What n8n makes of an expression; `threw` if it refuses it. */
function evaluated(expression: string, json: IDataObject): { threw: boolean; value?: unknown } {
	const items = [{ json: { other: 'row' } }, { json }];
	try {
		return {
			threw: false,
			value: workflow.expression.getParameterValue(
				expression,
				null,
				0,
				1,
				'Node',
				items,
				'manual',
				{},
			),
		};
	} catch {
		return { threw: true };
	}
}

describe.each(['legacy', 'vm'] as const)("n8n's expression engine %s", (engine) => {
	beforeAll(async () => {
		await Expression.initExpressionEngine({
			engine,
			bridgeTimeout: 5_000,
			bridgeMemoryLimit: 128,
			maxCodeCacheSize: 1_000,
			poolSize: 1,
		});
		await workflow.expression.acquireIsolate();
	});
	afterAll(async () => {
		await workflow.expression.releaseIsolate();
		await Expression.disposeExpressionEngine();
		Expression.setExpressionEngine('legacy');
	});

	it('is the one that is asked', () => {
		expect(Expression.getActiveImplementation()).toBe(engine);
	});

	it('gives the same value for every field that is read directly', () => {
		let direct = 0;
		const property = fc.property(dragged, ({ expression, item }) => {
			const value = read(expression, item);
			if (value === LEFT_TO_N8N) return;
			direct++;
			expect({ threw: false, value }).toStrictEqual(evaluated(expression, item));
		});
		fc.assert(property, { numRuns: 2_000 });
		expect(direct).toBeGreaterThan(500);
	});

	it.each([
		['={{ $json.plan }}', 'pro'],
		["={{ $json['First Name'] }}", 'Ann {{ x }}'],
		['={{ $json["First Name"] }}', 'Ann {{ x }}'],
		['={{ $json.none }}', undefined],
		['={{ $json.none.deeper }}', undefined],
		['={{ $json.nothing }}', null],
		['={{ $json.nothing.deeper }}', undefined],
		["={{ $json.address['the city'].name }}", 'Rome'],
		['={{ $json.tags[1] }}', 'b'],
		['={{ $json.tags[7] }}', undefined],
		['={{ $json.tags }}', ['a', 'b']],
		['={{ $json.address }}', { 'the city': { name: 'Rome' } }],
		['={{ $json.at }}', new Date(0)],
		['={{ $json.ratio }}', -0],
		["={{ $json['Total (EUR)'] }}", 12.5],
	])('agrees that %s, which is read directly, is %j', (expression, expected) => {
		expect(read(expression, ROW)).toStrictEqual(expected);
		expect(evaluated(expression, ROW)).toStrictEqual({ threw: false, value: expected });
	});
});

const ROW = {
	plan: 'pro',
	'First Name': 'Ann {{ x }}',
	nothing: null,
	address: { 'the city': { name: 'Rome' } },
	tags: ['a', 'b'],
	at: new Date(0),
	ratio: -0,
	'Total (EUR)': 12.5,
	constructor_id: 7,
	when: tryToParseDateTime('2026-11-21T09:30:00Z'),
	circular: circular(),
} as unknown as IDataObject;

function circular(): unknown {
	const object: Record<string, unknown> = {};
	object.self = object;
	return object;
}

it.each([
	...['={{$json.plan}}', '={{ $json.plan }} ', '={{ $json.plan.trim() }}', '={{ $json }}', '=plan'],
	...['={{ $json.plan }}{{ $json.plan }}', '={{ $json.plan.length }}', '={{ $json.tags.length }}'],
	...['={{ $json.constructor }}', "={{ $json['__proto__'] }}", '={{ $json.toString }}'],
	...['={{ $json.constructor_id }}', '={{ $json.caller }}', '={{ $json.when }}'],
	...['={{ $json.circular }}', '={{ $json.circular.self }}'],
	...['={{ $json.plan[0] }}', "={{ $json['it\\'s'] }}", '={{ $json["a"]["b" }}', '={{ $json?.a }}'],
	...['={{ $json.tags[-1] }}', '={{ $json[plan] }}', "={{ $('Rows').item.json.plan }}"],
])('leaves %s to n8n', (expression) => {
	expect(read(expression, ROW)).toBe(LEFT_TO_N8N);
});

it('reads no parameter directly that n8n would convert to a type', () => {
	const parts = (all: readonly object[]): object[] =>
		all.flatMap((one) => [
			one,
			...parts(('options' in one && (one.options as object[])) || []),
			...parts(('values' in one && (one.values as object[])) || []),
		]);
	const properties = parts(new Flameup().description.properties);
	expect(properties.length).toBeGreaterThan(50);
	expect(properties.filter((one) => 'validateType' in one)).toEqual([]);
});

describe('in the node', () => {
	fakeTimers();
	const rows = () => [
		{ userId: 'a', email: 'a@example.com', 'First Name': 'Ann', at: new Date(0) as never },
		{ userId: 'b', email: 'b@example.com', address: { city: 'Rome' } },
	];
	const parameters = mapped(
		{
			traits: {
				assignments: [
					{ id: '1', name: 'since', value: '={{ $json.at }}', type: 'string' },
					{ id: '2', name: 'city', value: '={{ $json.address.city }}', type: 'string' },
					{ id: '3', name: 'score', value: '={{ 6 * 7 }}', type: 'number' },
				],
			},
		},
		{ first_name: "={{ $json['First Name'] }}" },
	);

	it('evaluates none of the dragged fields, and all others for each row', async () => {
		const done = await run({ items: rows(), parameters });
		expect(done.error).toBeUndefined();
		expect(done.evaluated).toEqual(Array(2).fill('traits.assignments[2].value'));
		const [a, b] = done.flameup.people().values();
		expect(a?.traits).toEqual({ first_name: 'Ann', since: '1970-01-01T00:00:00.000Z', score: 42 });
		expect(b?.traits).toEqual({ city: 'Rome', score: 42 });
	});

	it('evaluates everything where $json is not the json of the row', async () => {
		const done = await run({
			items: rows(),
			parameters: mapped(),
			lacks: ['getWorkflowDataProxy'],
		});
		expect(done.evaluated).toEqual([
			...['person.value.userId', 'person.value.email'],
			...['person.value.userId', 'person.value.email'],
		]);
		expect(done.flameup.people().size).toBe(2);
	});
});
