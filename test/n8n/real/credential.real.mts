import { expect, it } from 'vitest';
import { writeOnlyKey } from './flameup.mts';
import { freePorts } from './processes.mts';
import { openStage } from './stage.mts';

const { host, rest, flameup, credential, credentialData: good, size } = await openStage();
const [nobody] = await freePorts(1);
const test = (changes: object) => rest.testCredential(credential, { ...good, ...changes });

it.each([
	['a good one', {}],
	['slashes after the URL', { baseUrl: `${good.baseUrl}//` }],
	['spaces around the URL', { baseUrl: ` ${good.baseUrl} ` }],
	['a write-only key', { apiKey: writeOnlyKey }],
])('passes its test: %s', async (_, changes) => {
	expect(await test(changes)).toMatchObject({ status: 'OK' });
});

it.each([
	['a wrong key', { apiKey: 'wrong' }, /does not accept the API Key/],
	['a wrong workspace', { workspaceId: 'ws_wrong' }, /no such workspace/],
	['a wrong path', { baseUrl: good.baseUrl.replace('/api/v1', '/api/v0') }, /Base URL/],
	['something else at the URL', { baseUrl: host.url }, /Base URL/],
	['nobody at the URL', { baseUrl: `http://127.0.0.1:${nobody}` }, /^ECONNREFUSED$/],
	['a URL that is none', { baseUrl: 'flameup' }, /^The Base URL is not an address\./],
	['a URL of another kind', { baseUrl: 'ftp://127.0.0.1' }, /^The Base URL is not an address\./],
	['http to elsewhere', { baseUrl: 'http://example.com/api/v1' }, /must start with https:/],
	['http to a look-alike', { baseUrl: 'http://localhost.example.com' }, /must start with https:/],
])('fails its test and says why: %s', async (_, changes, says) => {
	const { status, message } = await test(changes);
	expect(status).toBe('Error');
	expect(message).toMatch(says);
});

it('passes its test with a workspace the key has no access to, and writes nothing', async () => {
	flameup.set({ wrongWorkspaceStatus: 403 });
	expect(await test({ workspaceId: 'ws_wrong' })).toMatchObject({ status: 'OK' });
	expect(size()).toBe(0);
});
