import { describe, expect, it } from 'vitest';
import { FlameupApi } from '../../credentials/FlameupApi.credentials.ts';
import { createFlameup, type FlameupOptions } from '../../simulator/flameup.mts';
import { defaultKey } from '../../simulator/keys.mts';
import { DEFAULT_API_URL } from '../../src/limits.ts';
import { Settings } from '../../src/settings/settings.ts';

interface Rule {
	type: 'responseCode' | 'responseSuccessBody';
	properties: { value: unknown; key?: string; message: string };
}

const given = { apiKey: defaultKey, workspaceId: 'ws_simulator', baseUrl: 'https://h/api/v1' };
const evaluate = (text: string, credentials: typeof given): string =>
	new Function('$credentials', `return ${text.replace(/^=\{\{|\}\}$/g, '')}`)(credentials);

/** The result of n8n's Test button, by n8n's own rules. */
function test(changes: Partial<typeof given> = {}, flameup: Partial<FlameupOptions> = {}) {
	const credentials = { ...given, ...changes };
	const { request, rules } = new FlameupApi().test;
	const { except } = request.ignoreHttpStatusErrors as { except: number[] };
	const url =
		evaluate(request.baseURL ?? '', credentials) + evaluate(request.url ?? '', credentials);
	const answer = createFlameup({ now: Date.now, ...flameup }).handle({
		method: 'GET',
		path: url.replace('https://h', ''),
		headers: { authorization: `Bearer ${credentials.apiKey.trim()}` },
		body: '',
	});
	if ('fault' in answer) return answer.fault;
	const { body, status } = answer;
	const all = rules as Rule[];
	if (except.includes(status)) {
		const rule = all.find(({ properties }) => properties.value === status);
		return rule?.properties.message ?? `status ${status}`;
	}
	const page = all.find(({ type }) => type === 'responseSuccessBody');
	return body.startsWith(String(page?.properties.value)) ? page?.properties.message : 'OK';
}

describe('the Test button', () => {
	it.each([
		['a good key', {}, {}, 'OK'],
		['a base URL with slashes and spaces', { baseUrl: ' https://h/api/v1// ' }, {}, 'OK'],
		['no workspace', { workspaceId: '' }, {}, 'OK'],
		['a wrong key', { apiKey: 'wrong' }, {}, /does not accept the API Key/],
		['a wrong workspace', { workspaceId: 'ws_other' }, {}, /no such workspace/],
		['a wrong path', { baseUrl: 'https://h/api' }, {}, /ends in \/api\/v1/],
		['a web page', {}, { faults: { 1: 'html-200' as const } }, /A web page answers/],
		['a used up allowance', {}, { faults: { 1: '429' as const } }, /used up its 120 requests/],
		['a Flameup that is down', {}, { faults: { 1: '503-html' as const } }, /could not answer/],
	])('%s', (_name, changes, flameup, expected) => {
		expect(test(changes, flameup)).toMatch(expected);
	});

	it('accepts a key that may only write people', () => {
		const keys = [{ key: defaultKey, permissions: ['people:write'] }];
		expect(test({}, { keys })).toBe('OK');
	});

	it('fails for every other unsuccessful response', () => {
		const { except } = new FlameupApi().test.request.ignoreHttpStatusErrors as { except: number[] };
		for (let status = 300; status < 600; status++) {
			expect(except.includes(status)).toBe(status !== 403);
		}
	});

	it('reads no person: it requests one that does not exist', () => {
		const url = evaluate(new FlameupApi().test.request.url ?? '', given);
		expect(url).toBe(
			'/workspaces/ws_simulator/people/search?external_id=flameup-connection-check&limit=1',
		);
	});
});

describe('the Base URL', () => {
	const baseUrl = (address: string) =>
		evaluate(new FlameupApi().test.request.baseURL ?? '', { ...given, baseUrl: address });

	it.each([
		'https://api.flameup.ai/api/v1',
		'https://api.flameup.ai',
		'https://flameup.example:8443/api/v1/',
		'http://localhost:5678/api/v1',
		'http://127.0.0.1:1/api/v1',
		'http://127.9.9.9',
		'http://[::1]:8080/',
		'http://example.com/api/v1',
		'http://localhost.example.com',
		'http://127.0.0.1.example.com',
		'flameup',
		'api.flameup.ai/api/v1',
		'ftp://127.0.0.1',
		'https://',
		'https://a b',
		'https:/api.flameup.ai',
		'https://login@flameup.example',
		'https://flameup.example/?x=1',
		'HTTPS://flameup.example',
	])('%s is rejected by the test if a run rejects it, with a message', (address) => {
		const { success } = Settings.safeParse({ api_key: 'x', api_url: address });
		if (success) expect(baseUrl(address)).toBe(address.replace(/\/$/, ''));
		else expect(() => baseUrl(address)).toThrow(/^The Base URL .+\.$/);
	});

	it('reports problems with the only error type that n8n shows', () => {
		const plain = { name: 'ExpressionError', message: expect.stringMatching(/https:.*API Key/) };
		expect(() => baseUrl('http://example.com')).toThrow(expect.objectContaining(plain));
		const none = { name: 'ExpressionError', message: expect.stringMatching(/not an address/) };
		expect(() => baseUrl('flameup')).toThrow(expect.objectContaining(none));
	});

	it('may be left empty, as in a run', () => {
		expect(baseUrl('')).toBe(DEFAULT_API_URL);
	});

	it('is one expression in n8n, which ends at two closing braces', () => {
		const text = new FlameupApi().test.request.baseURL ?? '';
		expect(text.indexOf('}}')).toBe(text.length - 2);
	});
});
