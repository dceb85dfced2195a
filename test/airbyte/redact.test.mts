import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../connectors/airbyte/redact';

const PUBLIC = 'ws_live_a1B2c3D4';
const SECRET = '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0';
const KEY = `${PUBLIC}.${SECRET}`;
const hide = createRedactor(KEY);

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the key is hidden', () => {
	it.each([
		['as it is', KEY],
		['its public half', PUBLIC],
		['its secret half', SECRET],
		['in capitals', KEY.toUpperCase()],
		['inside a word', `x${KEY}y`],
		['twice', `${KEY} ${KEY}`],
		['as a header', `Authorization: Bearer ${KEY}`],
		['in an address', `https://host/?key=${encodeURIComponent(KEY)}&x=1`],
		['in base64', base64(KEY)],
		['as user and password', base64(`user:${KEY}`)],
		['in base64 behind one character', base64(`a${KEY}`)],
		['in base64 behind two characters', base64(`ab${KEY}`)],
		['in base64 inside a text', base64(`{"authorization":"Bearer ${KEY}","more":true}`)],
		['in base64 for addresses', Buffer.from(`?>${KEY}?>`).toString('base64url')],
		['in hexadecimal', Buffer.from(KEY).toString('hex')],
		['in JSON', JSON.stringify({ key: KEY })],
	])('%s', (_name, text) => {
		const clean = hide(text);
		expect(clean).toContain('**********');
		expect(leaks(clean)).toEqual([]);
	});

	const ODD = 'pä"\\ss/w+ö?=&rd.half"two/more+';
	it.each([
		['as it is', ODD],
		['percent-encoded', encodeURIComponent(ODD)],
		['percent-encoded in small letters', encodeURIComponent(ODD).toLowerCase()],
		['in JSON', JSON.stringify(ODD).slice(1, -1)],
		['its second half', 'half"two/more+'],
	])('a key of odd characters, %s', (_name, text) => {
		expect(createRedactor(ODD)(`before ${text} after`)).toBe('before ********** after');
	});
});

describe('what is not the key', () => {
	it.each([
		[
			'stays',
			'Flameup does not accept the API key. Flameup answered 401. Enter a valid key in api_key.',
		],
		['stays when it looks like the name of a key', 'Keys begin with ws_live_ or ws_test_.'],
	])('%s', (_name, text) => {
		expect(hide(text)).toBe(text);
		expect(createRedactor()(text)).toBe(text);
	});

	it('is hidden when it looks like a whole key', () => {
		expect(createRedactor()(`It was ${KEY}!`)).toBe('It was **********!');
		expect(createRedactor('other')(`"ws_test_x.${'0a'.repeat(32)}"`)).toBe('"**********"');
	});

	it('is hidden where only its secret half is whole', () => {
		expect(createRedactor()(`s_live_x.${SECRET}`)).toBe('s_live_x.**********');
	});

	it('is hidden where a whole key follows a word', () => {
		expect(createRedactor()(`null${KEY}`)).toBe('null**********');
	});

	it('is hidden up to a length that no key has', () => {
		const endless = '['.repeat(18_000);
		expect(createRedactor(endless)(endless.slice(0, 1_000))).toBe('**********');
	});

	it('stays when it is a short part of the key', () => {
		expect(createRedactor('a.b.longer-part')('a banana')).toBe('a banana');
	});

	it('stays when a short key only looks like it in another form', () => {
		expect(createRedactor('k')('a of c, 6b, kb')).toBe('a of c, 6b, **********b');
	});

	it('stays when the key has no text at all', () => {
		expect(createRedactor('')('nothing')).toBe('nothing');
	});

	it('does not fail on a lone surrogate', () => {
		expect(createRedactor('key\ud800key')('is key\ud800key here')).toBe('is ********** here');
	});
});

/** Runs of eight characters that the text shares with the key, in base64 or plain. */
function leaks(text: string): string[] {
	const decoded = text
		.split(/[^\w+/=-]+/)
		.map((word) => Buffer.from(word, 'base64').toString('latin1'))
		.join(' ');
	return Array.from({ length: KEY.length - 7 }, (_, at) => KEY.slice(at, at + 8)).filter((part) =>
		`${text} ${decoded}`.toLowerCase().includes(part.toLowerCase()),
	);
}
