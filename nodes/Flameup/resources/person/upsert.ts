import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { FlameupError, StoppedError } from '../../../../src/errors';
import { isObject } from '../../../../src/flameup/answers';
import { createClient } from '../../../../src/flameup/client';
import { createDryClient } from '../../../../src/flameup/dryRun';
import { createLoader, type Outcome } from '../../../../src/loading/loader';
import { count, noCounts } from '../../../../src/loading/report';
import type { Mapped } from '../../../../src/mapping/mapper';
import type { Person } from '../../../../src/settings/settings';
import { type Connection, connect } from '../../connection';
import { Failure, fromRejection } from '../../failure';
import { BATCH_OPTIONS, optionsParameter, PERSON_OPTIONS } from '../../options';
import type { Read } from '../../parameters';
import { checkedPerson, SIMPLIFY, simplifies, writtenPerson } from '../../people';
import { personReader, readRecords } from '../../records';
import { orFailure } from '../../rows';
import { cancelled, type Done, type Run } from '../../run';
import { rows, summaryHint, summaryJson, type Totals } from '../../summary';

const show = { resource: ['person'], operation: ['upsert'] };

export const properties: readonly INodeProperties[] = [
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'People',
				value: 'people',
				description: 'One item for each row, with the person and what was done',
			},
			{
				name: 'Summary',
				value: 'summary',
				description: 'One item with the counts; it holds nothing about single people',
			},
		],
		default: 'people',
		description:
			'What comes out of the node. Rows that failed always come out one by one, if you let the workflow go on.',
		displayOptions: { show },
	},
	{ ...SIMPLIFY, displayOptions: { show: { ...show, output: ['people'] } } },
	optionsParameter(show, ...PERSON_OPTIONS, ...BATCH_OPTIONS),
];

/** Records that may be on their way before reading pauses: about 20 requests. */
const MAX_PENDING = { records: 2_000, characters: 16_000_000 } as const;

/** More people than can be on their way at once, so that a few bad batches do not end the run. */
const HOPELESS_AFTER = 500;

/** Creates or updates everybody, a hundred at a time. */
export async function execute(run: Run): Promise<Done> {
	const { clock, results } = run;
	const startedAt = clock.now();
	const totals: Totals = { ...noCounts(), emailsLeftOut: 0 };
	const isSummary = run.parameters.constant('output', 'Output') === 'summary';
	const prepared = await orFailure(() => prepare(run));
	const dryRun = !(prepared instanceof Failure) && prepared.connection.settings.dry_run;
	let client = createDryClient();
	let ended: Failure | undefined;
	if (prepared instanceof Failure) {
		ended = prepared;
	} else {
		if (!dryRun) client = createClient(prepared.connection.client);
		ended = await orFailure(() => load(run, { ...prepared, client, isSummary, totals }));
	}
	if (ended !== undefined) results.failRest(ended);
	const summary = (): INodeExecutionData => ({
		json: summaryJson(run, totals, client.stats, clock.now() - startedAt, dryRun),
		pairedItem: results.succeededRows().map((item) => ({ item })),
	});
	return {
		progress: `${rows(dryRun ? 0 : results.succeeded)} had been saved before this. Running the workflow again is safe, because people are matched by their user ID.`,
		hint: summaryHint(run, totals, dryRun),
		...(isSummary && { summary: summary() }),
	};
}

interface Prepared {
	readonly connection: Connection;
	readonly readPerson: Read<Mapped>;
}

async function prepare(run: Run): Promise<Prepared | Failure> {
	const records = readRecords(run);
	if (records instanceof Failure) return new Failure({ ...records.details, endsRun: true });
	const connection = await connect(run, records.mapping);
	if (connection instanceof Failure) return connection;
	return { connection, readPerson: personReader(records, connection.settings) };
}

interface Loading extends Prepared {
	readonly client: ReturnType<typeof createClient>;
	readonly isSummary: boolean;
	readonly totals: Totals;
}

async function load(
	run: Run,
	{ client, connection, isSummary, readPerson, totals }: Loading,
): Promise<Failure | undefined> {
	const { clock, continues, results, stop } = run;
	const { settings } = connection;
	const simplify = simplifies(run);

	function upserted({ change, exact, merged, ref, shown }: Outcome<Row> & { status: 'upserted' }) {
		const { row, userId } = ref;
		if (isSummary) return results.succeed(row);
		if (settings.dry_run) return results.succeed(row, checkedPerson(shown as unknown as Person));
		const result = merged ? 'merged' : exact && change ? change : 'saved';
		results.succeed(
			row,
			writtenPerson(userId, result, isObject(shown) ? shown : undefined, simplify),
		);
	}

	function failed(row: number, failure: Failure): void {
		results.fail(row, failure);
		if (!continues) loader.fail(new FlameupError(HALTED));
	}

	const loader = createLoader<Row, never>(
		{
			client,
			batches: settings.batches,
			requestsInFlight: settings.pace.requests_in_flight,
			clock,
			stop,
			maxPending: MAX_PENDING,
			flushesByAge: false,
			tellsPeople: !isSummary,
			separatesRepeats:
				run.parameters.constant('options.repeatedIds', 'Repeated User IDs') === 'separate',
			hopelessAfter: HOPELESS_AFTER,
		},
		{
			outcome(outcome) {
				count(totals, outcome);
				if (outcome.status === 'upserted') upserted(outcome);
				else failed(outcome.ref.row, fromRejection(outcome.rejection));
			},
			marker: () => undefined,
		},
	);

	for (let row = 0; row < run.items.length && loader.failure === undefined; row++) {
		if (stop.signal.aborted) {
			loader.fail(new StoppedError('cancelled'));
			break;
		}
		const mapped = readPerson(row);
		if (mapped instanceof Failure) {
			failed(row, mapped);
		} else {
			if (mapped.emailLeftOut) totals.emailsLeftOut++;
			loader.add({ row, userId: mapped.person.userId }, mapped);
		}
		await clock.breathe();
		if (loader.isFull) await loader.room().catch(() => undefined);
	}
	const ended = await orFailure(() => loader.end());
	if (!(ended instanceof Failure)) return undefined;
	if (loader.failure?.message === HALTED) return undefined;
	return ended.details.code === 'cancelled' ? cancelled() : ended;
}

interface Row {
	readonly row: number;
	readonly userId: string;
}

const HALTED = 'A row failed, and the workflow is to stop.';
