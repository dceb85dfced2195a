import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { blocksOf } from '../../docs/pages.mts';
import { startN8n } from './n8n.mts';
import { temporaryFolder } from './processes.mts';
import { openRest, signIn } from './rest.mts';
import { openStage } from './stage.mts';
import { nodeType } from './workflows.mts';

const { host } = await openStage();
const { tarball } = host;

it('is found by n8n after the installation by hand, as the page describes it', async ({
	onTestFinished,
}) => {
	const home = temporaryFolder();
	copyFileSync(tarball.file, path.join(home, path.basename(tarball.file)));
	const [{ commands = '' } = {}] = blocksOf('docs/n8n.md');
	const unpacking = commands.split('\n').filter((command) => /^(?:mkdir|tar) /.test(command));
	expect(unpacking).toHaveLength(2);
	const options = { cwd: home, env: { ...process.env, HOME: home } };
	execFileSync('sh', ['-eu', '-c', unpacking.join('\n')], options);

	const n8n = await startN8n({ folder: home, tarball });
	onTestFinished(n8n.stop);
	const types: { name: string }[] = await openRest(n8n.url, await signIn(n8n.url)).nodeTypes();
	expect(types.map(({ name }) => name)).toContain(nodeType);
});
