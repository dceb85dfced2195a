/**
 * The checks with a real Airbyte client: `npm run test:airbyte -- [--only word]`. The destination must
 * be built. Prints a line per check; the exit code is 1 if one failed.
 */
import { parseArgs } from 'node:util';
import { startChecks } from '../n8n/real/checks.mts';
import { temporaryFolder } from '../n8n/real/processes.mts';
import { startClient } from './client.mts';
import { checkConnection } from './connection.mts';
import { environment, install } from './environment.mts';
import { startProxy } from './network.mts';
import { checkPrinted } from './printed.mts';
import { checkQuiet } from './quiet.mts';
import { checkSmoke, runSmoke } from './smoke.mts';
import { closeSimulators, openStage, type Stage } from './stage.mts';
import { checkSyncs } from './syncs.mts';
import { checkTrouble } from './trouble.mts';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

install();
const checks = startChecks();
const folder = temporaryFolder();
const proxy = await startProxy();
const env = environment(folder, proxy.url);
const stage = openStage(checks, startClient(folder, env), folder);
const isWanted = (name: string) => name.includes(values.only);

// The smoke test starts many programs, which takes a while: it has a core of its own.
const smoker = isWanted('smoke') ? startClient(folder, env) : undefined;
const smoked = smoker && runSmoke({ ...stage, client: smoker });
smoked?.catch(() => undefined);

const groups: Record<string, (stage: Stage) => Promise<void>> = {
	connection: checkConnection,
	syncs: checkSyncs,
	trouble: checkTrouble,
	...(smoked && { smoke: (stage) => checkSmoke(stage, smoked) }),
	quiet: (stage) => checkQuiet(stage, [stage.client, ...(smoker ? [smoker] : [])], proxy.asked),
	printed: (stage) => checkPrinted(stage, env),
};

for (const [name, work] of Object.entries(groups).filter(([name]) => isWanted(name))) {
	await checks.group(name, () => work(stage));
}
stage.client.stop();
smoker?.stop();
proxy.close();
await closeSimulators();
checks.done();
process.exit();
