import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, shell } from './plain.mts';
import { createFolder, createWorld } from './world.mts';

/** Runs read-csv on a file with this content. */
async function read(content: string | Uint8Array, ...args: string[]) {
	const cwd = createFolder();
	writeFileSync(join(cwd, 'people.csv'), content);
	const run = await plain(['read-csv', 'people.csv', ...args], { cwd });
	const messages = run.stdout
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line));
	return { ...run, cwd, messages, rows: messages.map(({ record }) => record.data) };
}

const utf16 = (text: string, isBig: boolean) => {
	const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
	return isBig ? bytes.swap16() : bytes;
};

describe.concurrent('read-csv reads', () => {
	const AB = [
		{ id: '1', name: 'A' },
		{ id: '2', name: 'B' },
	];
	const cases: [string, string | Uint8Array, string[], unknown[]][] = [
		['commas', 'id,name\n1,A\n2,B\n', [], AB],
		['semicolons', 'id;name\n1;A\n2;B\n', [], AB],
		['tabs', 'id\tname\n1\tA\n2\tB\n', [], AB],
		['bars', 'id|name\n1|A\n2|B\n', [], AB],
		['the separator that --delimiter names', 'id:name\n1:A\n2:B\n', ['--delimiter', ':'], AB],
		['the separator that Excel names', 'sep=:\r\nid:name\r\n1:A\r\n2:B\r\n', [], AB],
		['tabs by name', 'id\tname\n1\tA\n2\tB\n', ['--delimiter', 'tab'], AB],
		[
			'semicolons beside decimal commas',
			'id;n\n1;1,5\n2;2,5\n',
			[],
			[
				{ id: '1', n: '1,5' },
				{ id: '2', n: '2,5' },
			],
		],
		['semicolons beside a comma in the header', 'a, b;id\n1;2\n', [], [{ 'a, b': '1', id: '2' }]],
		['a byte order mark', '\uFEFFid,name\n1,A\n2,B\n', [], AB],
		['UTF-16, little-endian', utf16('id\tname\r\n1\tA\r\n2\tB', false), [], AB],
		['UTF-16, big-endian', utf16('id\tname\r\n1\tA\r\n2\tB', true), [], AB],
		['Windows line breaks', 'id,name\r\n1,A\r\n2,B\r\n', [], AB],
		['old Mac line breaks', 'id,name\r1,A\r2,B\r', [], AB],
		['mixed line breaks', 'id,name\r\n1,A\n2,B\r', [], AB],
		['no last line break', 'id,name\n1,A\n2,B', [], AB],
		[
			'UTF-16 that is named',
			Buffer.from('id,name\n1,A\n2,B\n', 'utf16le'),
			['--encoding', 'utf-16le'],
			AB,
		],
		[
			'null characters in text',
			'id,name\n1,A\0\n',
			['--encoding', 'utf-8'],
			[{ id: '1', name: 'A\0' }],
		],
		['empty lines', '\nid,name\n\n1,A\n\n\n2,B\n\n', [], AB],
		[
			'quotes, and line breaks in cells',
			'id,"first, last"\n1,"A ""x"" B\nC\r\nD"\n"2","5"" pipe"\n3,5" pipe\n',
			[],
			[
				{ id: '1', 'first, last': 'A "x" B\nC\nD' },
				{ id: '2', 'first, last': '5" pipe' },
				{ id: '3', 'first, last': '5" pipe' },
			],
		],
		[
			'empty cells',
			'id,name\n1,\n,B\n,\n',
			[],
			[
				{ id: '1', name: '' },
				{ id: '', name: 'B' },
				{ id: '', name: '' },
			],
		],
		['one column', 'id\n1\n2\n', [], [{ id: '1' }, { id: '2' }]],
		['a header alone', 'id,name\n', [], []],
		['columns without a name', 'id,, \n1,2,3\n', [], [{ id: '1', column_2: '2', column_3: '3' }]],
		['blanks around names', ' id , name\n1, A\n', [], [{ id: '1', name: ' A' }]],
		[
			'text as it is',
			'id,zip,big,t\n1,01067,12345678901234567890,true\n',
			[],
			[{ id: '1', zip: '01067', big: '12345678901234567890', t: 'true' }],
		],
		[
			'another encoding',
			Buffer.from('id;name\n1;M\xfcller \x80', 'latin1'),
			['--encoding', 'windows-1252'],
			[{ id: '1', name: 'Müller €' }],
		],
		[
			'names of JavaScript',
			'id,constructor,toString\n1,a,b\n',
			[],
			[{ id: '1', constructor: 'a', toString: 'b' }],
		],
	];
	it.each(cases)('%s', async (_name, content, args, rows) => {
		const run = await read(content, ...args);
		expect([run.code, run.rows]).toEqual([0, rows]);
	});

	it('a column called __proto__', async () => {
		const run = await read('id,__proto__\n1,x\n');
		expect(run.stdout).toContain('"data":{"id":"1","__proto__":"x"}');
	});

	it('numbers with all their digits, where they are asked for', async () => {
		const run = await read(
			'id,n,m\n1,12345678901234567890,1.50\n2,,-0.5e3\n',
			'--number',
			'n',
			'--number',
			'm',
		);
		expect(run.stdout).toContain('{"id":"1","n":12345678901234567890,"m":1.50}');
		expect(run.stdout).toContain('{"id":"2","n":null,"m":-0.5e3}');
	});

	it('a large file, with characters and line breaks across chunks', async () => {
		const rows = Array.from({ length: 30_000 }, (_, i) => ({
			id: `é${i}`,
			text: `x\n${'漢'.repeat(i % 7)}`,
		}));
		const run = await read(
			`id,text\r\n${rows.map(({ id, text }) => `${id},"${text}"`).join('\r\n')}`,
		);
		expect(run.rows).toEqual(rows);
		expect(run.stderr).toBe(
			'people.csv: 30,000 rows with 2 columns, separated by commas, in UTF-8.\n',
		);
	});

	it('a line break in a cell as one, even if it is cut by the end of a chunk', async () => {
		const head = 'id,text\r\n1,"';
		const padding = 'x'.repeat(65_535 - head.length);
		const run = await read(`${head}${padding}\r\ny"\r\n`);
		expect(run.rows).toEqual([{ id: '1', text: `${padding}\ny` }]);
	});

	it('any table that is written by the rules of RFC 4180', async () => {
		const cell = fc.oneof(
			fc.string({ unit: 'grapheme' }),
			fc.constantFrom('', '"', ',', '\n', 'a"b', ' x ', '\t', ';'),
		);
		const written = (text: string) => `"${text.replaceAll('"', '""')}"`;
		const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 200, maxLength: 200 });
		for (const rows of fc.sample(table, 3)) {
			const lines = [['a', 'b', 'c'], ...rows].map((cells) => cells.map(written).join(','));
			const run = await read(lines.join('\r\n'), '--delimiter', ',');
			const kept = rows.map((cells) => cells.map((text) => text.replace(/\r\n?/g, '\n')));
			expect(run.rows.map(({ a, b, c }) => [a, b, c])).toEqual(kept);
		}
	});
});

describe.concurrent('read-csv refuses', () => {
	const cases: [string, string | Uint8Array, string[], string][] = [
		['an empty file', '', [], 'people.csv is empty.'],
		['a file of empty lines', '\n\n', [], 'people.csv has no rows.'],
		[
			'a spreadsheet',
			Buffer.from('PK\u0003\u0004\u0014'),
			[],
			'people.csv is a spreadsheet or a zip file. Save it as CSV (in Excel: "CSV UTF-8").',
		],
		[
			'other bytes',
			Buffer.from('id,name\n1,A\n2,M\xfcller\n', 'latin1'),
			[],
			'people.csv is not UTF-8: line 3 has other bytes. Save it as CSV (in Excel: "CSV UTF-8"). Or name its encoding, such as --encoding windows-1252.',
		],
		[
			'an unknown encoding',
			'id\n1\n',
			['--encoding', 'ebcdic'],
			'The encoding ebcdic is not known. Use a name such as utf-8, utf-16le or windows-1252.',
		],
		[
			'uneven rows',
			'id,name\n1,A\n"2\n3",B,C\n4\n\n5,"x"\n6,7,8\n',
			[],
			'The header of people.csv has 2 columns, but 3 rows have another number of cells: line 3 has 3; line 5 has 1; line 8 has 3. Correct the rows (a cell with a separator or a line break needs quotes around it), or name the separator with --delimiter.',
		],
		[
			'many uneven rows',
			`id,name\n${'1\n'.repeat(1_000)}`,
			['--delimiter', ','],
			'The header of people.csv has 2 columns, but 1,000 rows have another number of cells: line 2 has 1; line 3 has 1; line 4 has 1; line 5 has 1; line 6 has 1; and 995 more. Correct the rows (a cell with a separator or a line break needs quotes around it), or name the separator with --delimiter.',
		],
		[
			'two columns of one name',
			'id,email,name,email\n1,2,3,4\n',
			[],
			'Line 1 of people.csv names two columns "email": columns 2 and 4. Rename one of them.',
		],
		[
			'a quote that is not closed',
			'id,name\n1,A\n\n2,"B\n3,C\n',
			[],
			'A cell of people.csv begins with a quote that is never closed, in the row that begins on line 4. Close it, or double the quotes that belong to the text.',
		],
		[
			'text in a column of numbers',
			'id,n\n1,2\n2,"1,5"\n3,n/a\n',
			['--number', 'n'],
			'2 rows of people.csv have no number in a column that --number names: line 3, column "n": "1,5"; line 4, column "n": "n/a". A number has a point, no other signs and no leading zeros, such as 1234.5.',
		],
		[
			'an unknown column of numbers',
			'id\n1\n',
			['--number', 'n'],
			'The option --number names "n", which is not a column.',
		],
		[
			'a long separator',
			'id\n1\n',
			['--delimiter', '::'],
			'The option --delimiter must be one character other than a quote, such as ";", or the word tab.',
		],
		[
			'an unknown option',
			'id\n1\n',
			['--separator', ';'],
			"Unknown option '--separator'. See destination-flameup --help.",
		],
		[
			'two files',
			'id\n1\n',
			['x.csv'],
			'The argument x.csv is not expected. See destination-flameup --help.',
		],
		[
			'to write a catalog into no folder',
			'id\n1\n',
			['--write-catalog', 'no/catalog.json'],
			'The file no/catalog.json of --write-catalog could not be written (ENOENT).',
		],
		[
			'UTF-16 without a mark of it',
			Buffer.from('id,name\n1,Ada\n', 'utf16le').toString('latin1'),
			[],
			'people.csv has null characters, as UTF-16 has if it is read as UTF-8. Name its encoding, such as --encoding utf-16le.',
		],
		[
			'a stream without a name',
			'id\n1\n',
			['--stream', ''],
			'The option --stream must be the name of a stream.',
		],
		[
			'to write the catalog over the file',
			'id\n1\n',
			['--write-catalog', './people.csv'],
			'The option --write-catalog names the CSV file itself.',
		],
	];
	it.each(cases)('%s, and prints no row', async (_name, content, args, message) => {
		const run = await read(content, ...args);
		expect([run.code, run.stdout, run.stderr]).toEqual([1, '', `${message}\n`]);
		expect(readFileSync(join(run.cwd, 'people.csv'))).toEqual(Buffer.from(content));
	});

	it('to write a catalog for a file with an error', async () => {
		const run = await read('id\n1,2\n', '--delimiter', ',', '--write-catalog', 'catalog.json');
		expect([run.code, existsSync(join(run.cwd, 'catalog.json'))]).toEqual([1, false]);
	});

	it('what is no file', async () => {
		const cwd = createFolder();
		mkdirSync(join(cwd, 'folder'));
		const cases: [string[], string][] = [
			[[], 'The file is missing: destination-flameup read-csv people.csv'],
			[['nowhere.csv'], 'The file nowhere.csv does not exist.'],
			[['folder'], 'folder is not a file. It is read twice, so it cannot be a pipe.'],
			[['/dev/stdin'], '/dev/stdin is not a file. It is read twice, so it cannot be a pipe.'],
		];
		for (const [args, message] of cases) {
			const run = await plain(['read-csv', ...args], { cwd, input: 'id\n1\n' });
			expect([run.code, run.stdout, run.stderr]).toEqual([1, '', `${message}\n`]);
		}
	});
});

describe.concurrent('the messages of read-csv', () => {
	it('name the file, or the stream that is asked for', async () => {
		const named = await read('id\n1\n', '--stream', 'con"tacts', '--write-catalog', 'catalog.json');
		expect(named.messages).toEqual([
			{
				type: 'RECORD',
				record: { stream: 'con"tacts', emitted_at: expect.any(Number), data: { id: '1' } },
			},
		]);
		expect(Math.abs(named.messages[0].record.emitted_at - Date.now())).toBeLessThan(600_000);
		expect(JSON.parse(readFileSync(join(named.cwd, 'catalog.json'), 'utf8')).streams).toEqual([
			{
				stream: {
					name: 'con"tacts',
					json_schema: { type: 'object', properties: { id: { type: ['null', 'string'] } } },
					supported_sync_modes: ['full_refresh'],
				},
				sync_mode: 'full_refresh',
				destination_sync_mode: 'append',
			},
		]);
		expect((await read('id\n1\n')).messages[0].record.stream).toBe('people');
	});

	it('may be read in part', async () => {
		const cwd = createFolder();
		writeFileSync(join(cwd, 'many.csv'), `id,name\n${'1,A\n'.repeat(100_000)}`);
		const run = await shell('$flameup read-csv many.csv | head -n 1', { cwd });
		expect([run.code, run.stderr]).toEqual([0, '']);
		expect(JSON.parse(run.stdout).record.data).toEqual({ id: '1', name: 'A' });
	});

	it('become the people of the file', async () => {
		const { config, flameup, folder } = await createWorld();
		const csv =
			'user_id;E-Mail;Score;Zip\n1;a@b.example;7;01067\n2;none;;\n3;;8.50;\n1;a@c.example;9;\n';
		writeFileSync(join(folder, 'people.csv'), csv);
		const script = [
			'$flameup read-csv people.csv --number Score --write-catalog catalog.json > people.jsonl',
			`$flameup write --config ${config} --catalog catalog.json < people.jsonl`,
		].join(' && ');
		const run = await shell(script, { cwd: folder });
		expect(run.code).toBe(0);
		expect(run.stdout).toContain(
			'Stream people: 4 records received, 3 upserted (2 created, 0 updated, 1 merged with another record of the same person), 1 rejected (1 invalid_email).',
		);
		const held = [...flameup.people()].map(([id, { email, traits }]) => [id, email, traits]);
		expect(held).toEqual([
			['1', 'a@c.example', { Score: 9, Zip: '01067' }],
			['3', undefined, { Score: 8.5 }],
		]);
	});
});
