import { freePorts } from './processes.mts';
import { type Stage, writeOnlyKey } from './stage.mts';

/** The Test button of the credential. */
export async function checkCredential(stage: Stage) {
	const { rest, simulator, credential, credentialData: good, n8n, check } = stage;
	const [nobody] = await freePorts(1);
	const test = (changes: Partial<typeof good>) =>
		rest.testCredential(credential, { ...good, ...changes });

	const passing = {
		'a good one passes': {},
		'slashes after the URL do not matter': { baseUrl: `${good.baseUrl}//` },
		'spaces around the URL do not matter': { baseUrl: ` ${good.baseUrl} ` },
		'a write-only key passes': { apiKey: writeOnlyKey },
	};
	for (const [name, changes] of Object.entries(passing)) {
		const { status, message } = await test(changes);
		check(name, status === 'OK', message);
	}
	const failing = {
		'a wrong key': { apiKey: 'wrong' },
		'a wrong workspace': { workspaceId: 'ws_wrong' },
		'a wrong path in the URL': { baseUrl: good.baseUrl.replace('/api/v1', '/api/v0') },
		'the URL of something else': { baseUrl: n8n.url },
		'nobody at the URL': { baseUrl: `http://127.0.0.1:${nobody}` },
		'a URL that is none': { baseUrl: 'flameup' },
	};
	const messages = new Map<string, string>();
	for (const [name, changes] of Object.entries(failing)) {
		const { status, message } = await test(changes);
		check(`${name} does not pass`, status === 'Error', message);
		messages.set(name, message);
	}
	const told = ['a wrong key', 'a wrong workspace', 'nobody at the URL'].map((name) =>
		messages.get(name),
	);
	check('key, workspace and network are told apart', new Set(told).size === told.length);
	check('a wrong key is said to be the key', /key/i.test(told[0] ?? ''));
	check('a wrong workspace is said to be it', /workspace/i.test(told[1] ?? ''));

	simulator.flameup.set({ wrongWorkspaceStatus: 403 });
	const forbidden = await test({ workspaceId: 'ws_wrong' });
	check('a workspace the key may not enter', true, `${forbidden.status}: ${forbidden.message}`);
	check('nothing was written', simulator.flameup.people().size === 0);
}
