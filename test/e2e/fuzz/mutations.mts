import fc from 'fast-check';

/** One change to a text. Positions are taken modulo the length, so every change applies to every text. */
type Edit =
	| { readonly kind: 'replace' | 'insert'; readonly at: number; readonly json: string }
	| { readonly kind: 'member'; readonly at: number; readonly key: string; readonly json: string }
	| { readonly kind: 'swap' | 'repeat'; readonly at: number; readonly to: number }
	| { readonly kind: 'flip'; readonly at: number; readonly to: number }
	| { readonly kind: 'drop' | 'cut'; readonly at: number; readonly to: number };

const deep = (depth: number, open: string, close: string) =>
	`${open.repeat(depth)}1${close.repeat(depth)}`;

/** JSON texts, some of them invalid. */
const HOSTILE_JSON = [
	...['null', 'true', 'false', '0', '-0', '1', '""', '" "', '[]', '{}', '[null]', '[[{}]]'],
	...[
		'1e400',
		'-1e400',
		'1e-400',
		'1.0',
		'123456789012345678901234567890',
		'0.1234567890123456789',
	],
	...['9007199254740993', '-9007199254740993', '1e21', '00', '+1', '.5', 'NaN', 'undefined', "'x'"],
	...['"\\ud800"', '"\\udc00x"', '"\\u0000"', '"\\u2028"', '"\\uFEFF"', '"\u202e"', '"😀"'],
	...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}'],
	...['{"toString":1,"valueOf":null}', '{"toJSON":1}', '{"then":1}', '{"length":-1}'],
	...['{"rawJSON":"1"}', '{"a":1,"a":{"b":2}}', '{"":{"":{}}}', '{"a.b":1,"a":{"b":2}}'],
	...['"x@y"', '"a b@c.example"', '"@"', '"a@b.example,c@d.example"'],
	...['"people"', '"RECORD"', '"STATE"', '"GLOBAL"', '"LEGACY"', '"overwrite"', '"http://[::1"'],
	JSON.stringify('x'.repeat(300)),
	JSON.stringify('é😀'.repeat(4_000)),
	JSON.stringify(`${'9'.repeat(40)}-${'9'.repeat(40)}`),
	'9'.repeat(400),
	deep(60, '[', ']'),
	deep(60, '{"a":', '}'),
	deep(9_000, '[', ']'),
	deep(9_000, '{"a":', '}'),
];

const HOSTILE_KEYS = [
	...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON', 'then', ''],
	...['id', 'ID', 'user_id', 'email', 'E-Mail', 'phone', 'First Name', 'first_name', 'tz', 'data'],
	...['type', 'record', 'stream', 'state', 'destinationStats', 'namespace', 'name', 'api_key'],
	...['_airbyte_raw_id', 'a.b', '\ud800', '\u0000', 'x'.repeat(300), '\u2028'],
];

const json = fc.oneof(
	{ weight: 5, arbitrary: fc.constantFrom(...HOSTILE_JSON) },
	{ weight: 1, arbitrary: fc.json({ stringUnit: 'binary', maxDepth: 3 }) },
	{ weight: 1, arbitrary: fc.double().map(String) },
);
const place = fc.nat(1 << 20);

const textEdit: fc.Arbitrary<Edit> = fc.oneof(
	fc.record({ kind: fc.constantFrom('replace' as const, 'insert' as const), at: place, json }),
	fc.record({
		kind: fc.constant('member' as const),
		at: place,
		key: fc.constantFrom(...HOSTILE_KEYS),
		json,
	}),
	fc.record({
		kind: fc.constantFrom('swap' as const, 'repeat' as const),
		at: place,
		to: place,
	}),
);
const byteEdit: fc.Arbitrary<Edit> = fc.oneof(
	fc.record({ kind: fc.constant('flip' as const), at: place, to: fc.nat(255) }),
	fc.record({ kind: fc.constant('drop' as const), at: place, to: fc.nat(20) }),
	fc.record({ kind: fc.constant('cut' as const), at: place, to: fc.constant(0) }),
);

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;

function inText(text: string, edit: Edit): string {
	const tokens = [...text.matchAll(TOKEN)].map(({ 0: token, index }) => ({ token, index }));
	const token = (at: number) => tokens[at % tokens.length] ?? { token: '', index: 0 };
	const put = ({ token: old, index }: { token: string; index: number }, by: string) =>
		text.slice(0, index) + by + text.slice(index + old.length);
	switch (edit.kind) {
		case 'replace':
			return put(token(edit.at), edit.json);
		case 'insert':
			return put({ token: '', index: edit.at % (text.length + 1) }, edit.json);
		case 'member': {
			const opened = [...text.matchAll(/\{/g)].map(({ index }) => index + 1);
			const index = opened[edit.at % opened.length] ?? 0;
			return put({ token: '', index }, `${JSON.stringify(edit.key)}:${edit.json},`);
		}
		case 'swap':
			return put(token(edit.at), token(edit.to).token);
		case 'repeat': {
			const [from, to] = [edit.at, edit.to]
				.map((one) => one % (text.length + 1))
				.sort((a, b) => a - b);
			return text + text.slice(from, to);
		}
		default:
			return text;
	}
}

function inBytes(bytes: Buffer, edit: Edit): Buffer {
	const at = edit.at % Math.max(1, bytes.length);
	if (edit.kind === 'cut') return bytes.subarray(0, at);
	if (edit.kind === 'drop') {
		return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + edit.to)]);
	}
	if (edit.kind !== 'flip') return bytes;
	return Buffer.concat([bytes.subarray(0, at), Buffer.from([edit.to]), bytes.subarray(at + 1)]);
}

/** One of the texts, unchanged or with some changes; sometimes invalid UTF-8. */
export const mutated = (texts: readonly string[], most = 4): fc.Arbitrary<Buffer> =>
	fc
		.tuple(
			fc.constantFrom(...texts),
			fc.array(textEdit, { maxLength: most }),
			fc.oneof(
				{ weight: 3, arbitrary: fc.constant<Edit[]>([]) },
				{ weight: 1, arbitrary: fc.array(byteEdit, { maxLength: 3 }) },
			),
			fc.constantFrom('', '', '', '', '\uFEFF', ' ', '\t'),
		)
		.map(([text, edits, byteEdits, before]) =>
			byteEdits.reduce(inBytes, Buffer.from(before + edits.reduce(inText, text))),
		);

const ends = fc.constantFrom('\n', '\n', '\n', '\n', '\r\n', '\n\n', '\n \n', '\u2028', '');

/** Up to `most` lines, some of them changed. */
export const input = (lines: readonly string[], most: number): fc.Arbitrary<Buffer> =>
	fc
		.array(
			fc.tuple(
				fc.oneof(
					{ weight: 2, arbitrary: fc.constantFrom(...lines).map((line) => Buffer.from(line)) },
					{ weight: 3, arbitrary: mutated(lines, 2) },
				),
				ends,
			),
			{ maxLength: most, size: 'max' },
		)
		.map((all) => Buffer.concat(all.flatMap(([line, end]) => [line, Buffer.from(end)])));

/** Splits bytes into pieces of these sizes. */
export function inPieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
	const pieces: Buffer[] = [];
	let from = 0;
	for (let n = 0; from < bytes.length; n++) {
		const size = Math.max(1, sizes[n % sizes.length] ?? bytes.length);
		pieces.push(bytes.subarray(from, from + size));
		from += size;
	}
	return pieces;
}
