/**
 * The checks in a real n8n: `npm run test:n8n -- [--package file.tgz] [--only word]`. The package
 * must be built. Prints a line per check; the exit code is 1 if one failed.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkCancel } from './cancel.mts';
import { startChecks } from './checks.mts';
import { checkCredential } from './credential.mts';
import { checkErrors } from './errors.mts';
import { checkExamples } from './examples.mts';
import { installHost, installPrograms } from './install.mts';
import { checkOperations } from './operations.mts';
import { packFlameup, readTarball } from './package.mts';
import { checkPackage } from './packaged.mts';
import { temporaryFolder } from './processes.mts';
import { checkQueue } from './queue.mts';
import { openStage, type Stage } from './stage.mts';
import { checkTool } from './tool.mts';
import { checkTrouble } from './trouble.mts';

const { values } = parseArgs({
	options: { package: { type: 'string' }, only: { type: 'string', default: '' } },
});

const groups: Record<string, (stage: Stage) => Promise<void>> = {
	credential: checkCredential,
	examples: (stage) => checkExamples(stage, folder),
	errors: checkErrors,
	operations: checkOperations,
	tool: checkTool,
	trouble: checkTrouble,
};

installHost();
installPrograms({ 'redis-server': 'redis-server' });
const checks = startChecks();
const temporary = temporaryFolder();
const folder = path.join(temporary, 'n8n');
const tarball = values.package ? readTarball(values.package) : packFlameup(temporary);
const isWanted = (name: string) => name.includes(values.only);

const opened = await openStage({ folder, tarball }, checks);
await checks.group('package', () => checkPackage(opened, folder));
const credential = await opened.rest.credential('Flameup', opened.credentialData);
const stage: Stage = { ...opened, credential };

let later = async () => {};
if (isWanted('cancel')) {
	await checks.group('cancel', async () => {
		later = await checkCancel(stage);
	});
}
for (const [name, work] of Object.entries(groups).filter(([name]) => isWanted(name))) {
	stage.simulator.flameup.reset();
	await checks.group(name, () => work(stage));
}
await checks.group('after the cancelled ones', later);
await stage.n8n.stop();
await stage.simulator.close();
if (isWanted('queue'))
	await checks.group('queue mode', () => checkQueue({ folder, tarball }, checks));
checks.done();
process.exit();
