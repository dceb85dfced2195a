import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openEditor } from './editor.mts';
import { installProgram, root } from './install.mts';
import type { Credential } from './rest.mts';
import { openStage } from './stage.mts';
import { chain, code, flameup as node, type Part, trigger } from './workflows.mts';

/** The part of an element that the pictures need; the types of the DOM are not loaded. */
interface Scrollable {
	readonly style: { scrollMarginTop: string };
	scrollIntoView(options: { block: 'start' }): void;
}

const contacts = `return [
	{ user_id: 'u-1001', email: 'ann@example.com', name: 'Ann', plan: 'pro', seats: 12 },
	{ user_id: 'u-1002', email: 'ben at example.com', name: 'Ben', plan: 'free', seats: 1 },
	{ user_id: 'u-1003', email: 'cleo@example.com', name: 'Cleo', plan: 'team', seats: 40 },
].map((json) => ({ json }));`;

installProgram('chromium', 'chromium fonts-dejavu-core');
const { host, rest, flameup, credentialData } = await openStage({ hasPackage: false });
const editor = await openEditor(host.url, path.join(root, 'build/pictures'));
const { page, id, shot, canvasNode, parameter, inputField, mapped, drag, quieten } = editor;
/** The pictures in the documentation, in the order of its steps. */
const pictures: Record<string, string> = {};
const item = (text: string) => id('node-creator-item-name').filter({ hasText: text }).first();
/** Opens a new workflow with these nodes; ours have the credential, if there is one. */
async function open(parts: Part[], credential?: Credential) {
	const workflow = chain('Contacts to Flameup', trigger, ...parts);
	await page.goto(`${host.url}/workflow/${(await rest.save(workflow, credential)).id}`);
}

/** Executes the node until its output shows a text; a click just after another execution has no effect. */
async function execute(shown: RegExp) {
	const text = id('output-panel').getByText(shown);
	await vi.waitFor(
		async () => {
			await id('node-execute-button').first().click();
			await text.waitFor({ timeout: 10_000 });
		},
		{ timeout: 60_000 },
	);
	return text;
}

beforeAll(editor.signIn);
beforeEach(({ onTestFailed }) => onTestFailed(() => void shot('failed')));
afterAll(editor.close);

it('is installed in Settings → Community nodes', async () => {
	await page.goto(`${host.url}/settings/community-nodes`);
	const install = page.getByRole('button', { name: /install/i });
	await install.first().click();
	await id('package-name-input').fill(host.tarball.name);
	await id('user-agreement-checkbox').click();
	await shot('install');
	await id('install-community-package-button').click();
	await id('communityPackageInstall-modal').waitFor({ state: 'hidden' });
	await page.getByText(host.tarball.name).first().waitFor();
	await shot('installed');
	const names = (await rest.nodeTypes()).map(({ name }: { name: string }) => name);
	expect(names).toContain(`${host.tarball.name}.flameup`);
});

it('is in the node list, with its actions', async () => {
	await open([code(contacts, 'Contacts')]);
	await canvasNode('Contacts').waitFor();
	await id('canvas-handle-plus', canvasNode('Contacts')).first().click({ force: true });
	for (const word of ['track', 'traits', 'customer', 'subscriber', 'flameup']) {
		await id('node-creator-search-bar').fill(word);
		await item('Flameup').waitFor();
	}
	await shot('node-list');
	await item('Flameup').click();
	await item('Create or update person').waitFor();
	// the list of nodes slides out
	await id('node-creator-search-bar').waitFor({ state: 'hidden' });
	const names = id('node-creator-item-name');
	pictures['n8n-actions'] = await shot('actions', [id('node-creator')], names.last());
	const actions = await names.allTextContents();
	expect(actions.map((text) => text.trim())).toEqual(
		expect.arrayContaining([
			'Get many events',
			'Send message',
			'Trigger campaign',
			'Register device',
		]),
	);
	await item('Create or update person').click();
	await id('ndv').waitFor();
	await page.waitForTimeout(500);
	await shot('panel');
	expect(await canvasNode('Create or update person').or(canvasNode('Flameup')).count()).toBe(1);
});

it('has a credential that refuses a wrong key and says why', async () => {
	await id('node-credentials-empty-state').getByRole('button').first().click();
	const dialog = id('credential-edit-dialog');
	await dialog.waitFor();
	const save = id('credential-save-button').locator('button');
	const fill = (name: string, text: string) => parameter(name, dialog).locator('input').fill(text);
	await fill('apiKey', 'wrong');
	await fill('workspaceId', credentialData.workspaceId);
	await fill('baseUrl', credentialData.baseUrl);
	await save.click();
	await dialog.getByText('More details').click();
	await page.waitForTimeout(500);
	expect(await dialog.textContent()).toMatch(/accept the API Key/);
	await shot('credential-refused');
	await fill('apiKey', credentialData.apiKey);
	await save.click();
	// the dialog closes by itself when the test passes
	await dialog.waitFor({ state: 'hidden' });
});

it('accepts fields dragged onto the person and the traits', async () => {
	await id('execute-previous-node').first().click();
	await inputField('email').waitFor();
	await drag(inputField('user_id'), mapped('userId'));
	await drag(inputField('email'), mapped('email'), 'dragging');
	await drag(inputField('name'), mapped('first_name'));
	const traits = id('assignment-collection-drop-area');
	await drag(inputField('plan'), traits, 'dragging-trait');
	await id('assignment-name').first().waitFor();
	await drag(inputField('seats'), traits);
	await id('assignment-name').nth(1).waitFor();
	await quieten();
	await mapped('userId').evaluate((field: Scrollable) => {
		field.style.scrollMarginTop = '76px';
		field.scrollIntoView({ block: 'start' });
	});
	const shown = [id('ndv-input-panel'), id('node-execute-button').first()];
	pictures['n8n-mapping'] = await shot('mapped', shown, traits);
	const expressions = ['userId', 'email', 'first_name'].map((name) =>
		editor.expression(mapped(name)),
	);
	const wanted = ['user_id', 'email', 'name'].map((name) => `{{ $json.${name} }}`);
	expect(await Promise.all(expressions)).toEqual(wanted);
});

it('saves the good rows and shows the counts', async () => {
	await addCleo();
	await id('tab-settings').click();
	await parameter('onError').click();
	await page.getByRole('option', { name: /error output/i }).click();
	await shot('settings');
	await id('tab-params').click();
	await execute(/success branch/i);
	await quieten();
	const output = id('output-panel');
	pictures['n8n-counts'] = await shot('counts', [output], output.locator('table'));
	expect(await output.textContent()).toMatch(/2 rows saved \(1 created, 1 updated\)/);
	expect(await output.textContent()).toMatch(/1 row failed: 1 with an invalid email address\./);
	const held = ['u-1001', 'u-1002', 'u-1003'].map((userId) => flameup.people().get(userId));
	expect(held).toMatchObject([
		{ email: 'ann@example.com', traits: { first_name: 'Ann', plan: 'pro', seats: 12 } },
		undefined,
		{ email: 'cleo@example.com', traits: { first_name: 'Cleo', plan: 'team', seats: 40 } },
	]);
});

it('shows the failed row with its code and its reason in the error branch', async () => {
	const output = id('output-panel');
	await output.getByText(/error branch/i).click();
	await id('radio-button-schema', output).click();
	await output.getByText('well-formed').first().waitFor();
	await quieten();
	const last = id('run-data-schema-item', output).last();
	pictures['n8n-failed-rows'] = await shot('failed-rows', [output], last);
	expect(await output.textContent()).toMatch(/u-1002[\s\S]*invalid_email[\s\S]*not well-formed/);
	await id('ndv-close-button').click();
	await page.waitForTimeout(800);
	await shot('canvas');
});

it('shows code and reason on screen, in a table in a window of 1280 pixels', async () => {
	await page.setViewportSize({ width: 1280, height: 800 });
	const rows = `return [{ json: { user_id: 'u-1002', email: 'no' } }];`;
	const onError = 'continueErrorOutput' as const;
	const credential = await rest.credential('Flameup', credentialData);
	await open([code(rows, 'Contacts'), node({}, { onError })], credential);
	await canvasNode('Flameup').dblclick();
	await id('execute-previous-node').first().click();
	await inputField('email').waitFor();
	const output = id('output-panel');
	await (await execute(/error branch/i)).click();
	await id('radio-button-table', output).click();
	await output.getByText('not well-formed').first().waitFor();
	await shot('failed-rows-table');
	const panel = await output.boundingBox();
	const right = (panel?.x ?? 0) + (panel?.width ?? 0);
	for (const text of ['1 row failed: 1 with an invalid email address.', 'invalid_email']) {
		const box = await output.getByText(text).first().boundingBox();
		expect((box?.x ?? Infinity) + (box?.width ?? 0)).toBeLessThan(right);
	}
	const reason = await output.getByText('not well-formed').first().boundingBox();
	expect(reason?.x).toBeLessThan(right);
	await id('ndv-close-button').click();
});

it('takes the field with the fingerprint dragged onto its option', async () => {
	const rows = `return [{ json: { user_id: 'u-1001', fingerprint: 'flameup-0123456789abcdef' } }];`;
	await open([code(rows, 'Contacts'), node({ options: { previousFingerprint: '' } })]);
	await canvasNode('Flameup').dblclick();
	await id('execute-previous-node').first().click();
	await inputField('fingerprint').waitFor();
	const option = parameter('previousFingerprint');
	await drag(inputField('fingerprint'), option, 'dragging-fingerprint');
	expect(await editor.expression(option)).toBe('{{ $json.fingerprint }}');
	await shot('previous-fingerprint');
	await id('ndv-close-button').click();
});

it('offers its fields to the next node before any run', async () => {
	const set = { name: 'Next', type: 'n8n-nodes-base.set', typeVersion: 3.4, parameters: {} };
	await open([code(contacts, 'Contacts'), node(), set]);
	await canvasNode('Next').dblclick();
	await inputField('user_id').waitFor();
	await drag(inputField('user_id'), id('assignment-collection-drop-area'), 'schema');
	await id('assignment-name').first().waitFor();
	expect(await editor.expression(id('assignment-value').first())).toBe('{{ $json.user_id }}');
	await id('ndv-close-button').click();
});

it('lets a person be chosen from a list', async () => {
	await addCleo();
	const credential = await rest.credential('Flameup', credentialData);
	await open([code(contacts, 'Contacts'), node({ operation: 'get' })], credential);
	await canvasNode('Flameup').dblclick();
	await id('rlc-input').first().click();
	await id('rlc-item').filter({ hasText: 'Cleopatra (u-1003)' }).first().click();
	await page.waitForTimeout(500);
	await shot('from-list');
	await id('node-execute-button').first().click();
	await id('output-panel').getByText('u-1003').first().waitFor();
	await shot('chosen');
	await id('ndv-close-button').click();
});

it('causes no errors in the page, and takes the pictures for the documentation', () => {
	expect(editor.errors).toEqual([]);
	expect(Object.keys(pictures)).toHaveLength(4);
	const shown = path.join(root, 'docs/pictures');
	mkdirSync(shown, { recursive: true });
	for (const [name, file] of Object.entries(pictures)) {
		copyFileSync(file, path.join(shown, `${name}.png`));
	}
});

/** One of the contacts is in Flameup already. */
async function addCleo() {
	const { baseUrl, workspaceId, apiKey } = credentialData;
	const answer = await fetch(`${baseUrl}/workspaces/${workspaceId}/people/batch`, {
		method: 'POST',
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify({ people: [{ userId: 'u-1003', traits: { first_name: 'Cleopatra' } }] }),
	});
	expect(answer.ok).toBe(true);
}
