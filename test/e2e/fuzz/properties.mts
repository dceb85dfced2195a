import fc from 'fast-check';
import { failure, readCatalog, readSettings } from '../../../connectors/airbyte/destination';
import type { OutgoingMessage } from '../../../connectors/airbyte/protocol';
import { createRedactor } from '../../../connectors/airbyte/redact';
import { peekApiKey } from '../../../connectors/airbyte/settings';
import type { SentPerson } from '../../../simulator/rules.mts';
import { ConfigError } from '../../../src/errors';
import { fakeWrite } from '../../core/fake-write.mts';
import { type Corpus, readCorpus } from './corpus.mts';
import { judgePrinted, judgeWrite, know } from './judge.mts';
import { inPieces, input, mutated } from './mutations.mts';

/** One thing that has to hold for every case, and its share of all cases. */
export interface Property {
	readonly name: string;
	readonly share: number;
	readonly property: fc.IAsyncProperty<never>;
}

/** As the process prints it: the key is hidden from the moment the file has been read. */
const printed = (messages: readonly OutgoingMessage[], config: string): string[] => {
	const redact = createRedactor(peekApiKey(config));
	return messages.map((message) =>
		JSON.stringify(message, (name, value) =>
			['message', 'internal_message'].includes(name) ? redact(value) : value,
		),
	);
};

/** Reads a file; what it throws must be a sentence for its user. */
function read(what: () => unknown, config: string): boolean {
	try {
		what();
		return true;
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		const lines = printed([failure(error, 1)], config);
		judgePrinted({ lines, exitCode: 1, stderr: '', dry: false });
		return false;
	}
}

/** Some are refused, in words that repeat all of their data. */
const refuse = (person: SentPerson): string | undefined =>
	/[36]$/.test(person.userId) ? `must not be ${String(person.email)} ${person.userId}` : undefined;

const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 });

async function writes(bytes: Buffer, pieces: number[], config: string, catalog: string) {
	const isReadable =
		read(() => readSettings(config), config) && read(() => readCatalog(catalog), config);
	if (!isReadable) return;
	const run = await fakeWrite({
		config,
		catalog,
		input: inPieces(bytes, pieces),
		flameup: { limit: 0, latencyMs: [1, 40], refuse },
	});
	const logs = run.failure === undefined ? run.logs : [...run.logs, run.failure];
	const settings = readSettings(config);
	const report = judgeWrite(
		{
			lines: [...run.states, ...printed(logs, config)],
			exitCode: run.failure === undefined ? 0 : 1,
			stderr: '',
			dry: settings.dry_run,
		},
		know(bytes),
	);
	const { peopleCreated } = run.fake.flameup.stats();
	if (report !== undefined && !settings.dry_run && report.created !== peopleCreated) {
		throw new Error(`${report.created} created are told of ${peopleCreated}`);
	}
	if (({} as { polluted?: unknown }).polluted !== undefined) throw new Error('Polluted');
}

/** The properties over a corpus; `onCase` is called before each case. */
export function properties(root: string, onCase: () => void): Property[] {
	const corpus: Corpus = readCorpus(root);
	const plain = corpus.configs[0] ?? '';
	const [catalog = ''] = corpus.catalogs;
	const text = (texts: readonly string[]) => mutated(texts).map((bytes) => bytes.toString('utf8'));
	const property = <T extends [unknown, ...unknown[]]>(
		arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
		check: (...args: T) => Promise<void>,
	) =>
		fc.asyncProperty(...arbitraries, async (...args: T) => {
			onCase();
			await check(...args);
		}) as unknown as fc.IAsyncProperty<never>;
	return [
		{
			name: 'configurations',
			share: 0.25,
			property: property([text(corpus.configs)], async (config) => {
				read(() => readSettings(config), config);
			}),
		},
		{
			name: 'catalogs',
			share: 0.1,
			property: property([text(corpus.catalogs)], async (one) => {
				read(() => readCatalog(one), plain);
			}),
		},
		{
			name: 'lines',
			share: 0.45,
			property: property([input(corpus.lines, 25), sizes], (bytes, pieces) =>
				writes(bytes, pieces, plain, catalog),
			),
		},
		{
			name: 'everything at once',
			share: 0.2,
			property: property(
				[input(corpus.lines, 12), sizes, text(corpus.configs), text(corpus.catalogs)],
				writes,
			),
		},
	];
}

export { fc };
