/**
 * The node in a real editor: `npm run test:browser -- [--package file.tgz] [--shots folder]`. The
 * package must be built. Prints a line per check, takes a picture at each step, and writes the best
 * three to docs/pictures; the exit code is 1 if a check failed.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startChecks } from './checks.mts';
import { type Editor, openEditor } from './editor.mts';
import { installHost, installPrograms, root } from './install.mts';
import { packFlameup, readTarball } from './package.mts';
import { temporaryFolder } from './processes.mts';
import type { CredentialData } from './rest.mts';
import { openStage, type Stage } from './stage.mts';
import {
	addNode,
	installInSettings,
	makeCredential,
	mapFields,
	readErrors,
	run,
} from './steps.mts';
import { chain, code, trigger } from './workflows.mts';

const { values } = parseArgs({
	options: { package: { type: 'string' }, shots: { type: 'string' } },
});

const contacts = `return [
	{ user_id: 'u-1001', email: 'ann@example.com', name: 'Ann', plan: 'pro', seats: 12 },
	{ user_id: 'u-1002', email: 'ben at example.com', name: 'Ben', plan: 'free', seats: 1 },
	{ user_id: 'u-1003', email: 'cleo@example.com', name: 'Cleo', plan: 'team', seats: 40 },
].map((json) => ({ json }));`;

installHost();
installPrograms({ chromium: 'chromium fonts-dejavu-core' });
const checks = startChecks();
const temporary = temporaryFolder();
const folder = path.join(temporary, 'n8n');
const tarball = values.package ? readTarball(values.package) : packFlameup(temporary);
const stage = await openStage({ folder, tarball }, checks);
const editor = await openEditor(stage.n8n.url, values.shots ?? path.join(temporary, 'shots'));

/** The pictures that the README shows. */
const pictures: Record<string, string> = {};

await checks.group('in the browser', async () => {
	try {
		await drive(editor, stage);
	} catch (error) {
		await editor.shot('failed');
		throw error;
	}
});
checks.same('the page had no errors', editor.errors, []);
if (!process.exitCode) {
	const shown = path.join(root, 'docs', 'pictures');
	mkdirSync(shown, { recursive: true });
	for (const [name, file] of Object.entries(pictures)) {
		copyFileSync(file, path.join(shown, `${name}.png`));
	}
}
await editor.close();
await stage.n8n.stop();
await stage.simulator.close();
checks.done();
process.exit();

async function drive(
	editor: Editor,
	{ rest, simulator, credentialData, tarball, n8n, same, check }: Omit<Stage, 'credential'>,
) {
	await editor.signIn();
	await installInSettings(editor, n8n.url, tarball.name);
	check('Settings → Community nodes installs the package', true);

	const { id } = await rest.save(chain('Contacts to Flameup', trigger, code(contacts, 'Contacts')));
	await addCleo(credentialData);
	await editor.page.goto(`${n8n.url}/workflow/${id}`);
	await addNode(editor, 'Contacts', 'Create or update people');
	check('the node list offers the node and its actions', true);

	const refusal = await makeCredential(editor, credentialData);
	check(
		'the credential dialog refuses a wrong key and says why',
		/accept the API Key/.test(refusal),
		refusal,
	);

	pictures['n8n-mapping'] = await mapFields(editor);
	const expressions = await Promise.all(
		['userId', 'email', 'first_name'].map((name) => editor.expression(editor.mapped(name))),
	);
	const wanted = ['user_id', 'email', 'name'].map((name) => `{{ $json.${name} }}`);
	same('dragging maps the fields', expressions, wanted);

	const { picture, text } = await run(editor);
	pictures['n8n-counts'] = picture;
	check(
		'the counts are shown',
		/2 rows saved \(1 created, 1 updated\)/.test(text),
		/[^.]*saved.*\.(?=Success)/.exec(text)?.[0],
	);
	const held = ['u-1001', 'u-1002', 'u-1003'].flatMap(
		(userId) => simulator.flameup.people().get(userId) ?? [],
	);
	same(
		'Flameup holds the good rows',
		held.map(({ userId, email, traits }) => ({ userId, email, ...traits })),
		[
			{ userId: 'u-1001', email: 'ann@example.com', first_name: 'Ann', plan: 'pro', seats: 12 },
			{ userId: 'u-1003', email: 'cleo@example.com', first_name: 'Cleo', plan: 'team', seats: 40 },
		],
	);

	const errors = await readErrors(editor);
	pictures['n8n-failed-rows'] = errors.picture;
	check(
		'the error branch has the row and the reason',
		/u-1002[\s\S]*not well-formed/.test(errors.text),
		errors.text,
	);

	await editor.id('ndv-close-button').click();
	await editor.page.waitForTimeout(800);
	await editor.shot('canvas');
}

/** One of the contacts is in Flameup already. */
async function addCleo({ baseUrl, workspaceId, apiKey }: CredentialData) {
	const answer = await fetch(`${baseUrl}/workspaces/${workspaceId}/people/batch`, {
		method: 'POST',
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify({ people: [{ userId: 'u-1003', traits: { first_name: 'Cleopatra' } }] }),
	});
	if (!answer.ok) throw new Error(`the simulator answered ${answer.status}`);
}
