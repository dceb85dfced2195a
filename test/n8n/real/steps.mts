import type { Editor } from './editor.mts';
import type { CredentialData } from './rest.mts';

/** Settings → Community nodes → Install. */
export async function installInSettings({ page, id, shot }: Editor, url: string, name: string) {
	await page.goto(`${url}/settings/community-nodes`);
	await page
		.getByRole('button', { name: /install/i })
		.first()
		.click();
	await id('package-name-input').fill(name);
	await id('user-agreement-checkbox').click();
	await shot('install');
	await id('install-community-package-button').click();
	await id('communityPackageInstall-modal').waitFor({ state: 'hidden', timeout: 180_000 });
	await page.getByText(name).first().waitFor();
	await shot('installed');
}

/** Adds the node behind another one, from the node list. */
export async function addNode(
	{ page, id, shot, canvasNode }: Editor,
	after: string,
	action: string,
) {
	const item = (text: string) => id('node-creator-item-name').filter({ hasText: text }).first();
	await canvasNode(after).waitFor();
	await canvasNode(after)
		.locator('[data-test-id="canvas-handle-plus"]')
		.first()
		.click({ force: true });
	await id('node-creator-search-bar').fill('flameup');
	await item('Flameup').waitFor();
	await shot('node-list');
	await item('Flameup').click();
	await item(action).waitFor();
	await shot('actions');
	await item(action).click();
	await id('ndv').waitFor();
	await page.waitForTimeout(500);
	await shot('panel');
}

/** Makes a credential in its dialog, first with a wrong key; gives back what the dialog says to it. */
export async function makeCredential(
	{ page, id, shot, parameter }: Editor,
	{ apiKey, workspaceId, baseUrl }: CredentialData,
): Promise<string> {
	await id('node-credentials-empty-state').getByRole('button').first().click();
	const dialog = id('credential-edit-dialog');
	await dialog.waitFor();
	const save = id('credential-save-button').locator('button');
	const fill = (name: string, text: string) => parameter(name, dialog).locator('input').fill(text);
	await fill('apiKey', 'wrong');
	await fill('workspaceId', workspaceId);
	await fill('baseUrl', baseUrl);
	await save.click();
	await dialog.getByText('More details').click();
	await page.waitForTimeout(500);
	const refusal = (await dialog.textContent()) ?? '';
	await shot('credential-refused');
	await fill('apiKey', apiKey);
	await save.click();
	// the dialog closes by itself when the test passes
	await dialog.waitFor({ state: 'hidden' });
	return /Couldn.t connect.*?(?=Workspace ID)/s.exec(refusal)?.[0] ?? refusal;
}

/** Drags the input's fields onto the person and the traits; gives back the best picture. */
export async function mapFields(editor: Editor): Promise<string> {
	const { id, shot, inputField, drag, mapped } = editor;
	await id('execute-previous-node').first().click();
	await inputField('email').waitFor();
	await drag(inputField('user_id'), mapped('userId'));
	await drag(inputField('email'), mapped('email'), 'dragging');
	await drag(inputField('name'), mapped('first_name'));
	const traits = id('assignment-collection-drop-area');
	await drag(inputField('plan'), traits, 'dragging-trait');
	await drag(inputField('seats'), traits);
	await id('assignment-name').nth(1).waitFor();
	await editor.quieten();
	return shot('mapped');
}

/** Lets failed rows leave by their own output, runs the node and reads what comes out. */
export async function run(editor: Editor): Promise<{ picture: string; text: string }> {
	const { page, id, shot, parameter } = editor;
	await id('tab-settings').click();
	await parameter('onError').click();
	await page.getByRole('option', { name: /error output/i }).click();
	await shot('settings');
	await id('tab-params').click();
	await id('node-execute-button').first().click();
	const output = id('output-panel');
	await output.getByText(/success branch/i).waitFor();
	await editor.quieten();
	return { picture: await shot('counts'), text: (await output.textContent()) ?? '' };
}

/** Opens the branch of the failed rows. */
export async function readErrors(editor: Editor): Promise<{ picture: string; text: string }> {
	const { id, shot } = editor;
	const output = id('output-panel');
	await output.getByText(/error branch/i).click();
	await id('radio-button-schema', output).click();
	await output.getByText('invalid_email').first().waitFor();
	await editor.quieten();
	const text = (await output.textContent()) ?? '';
	return { picture: await shot('failed-rows'), text };
}
