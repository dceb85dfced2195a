import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { FlameupError } from '../../../../src/errors';
import type { Oddity } from '../../../../src/flameup/answers';
import { DryRunClient, type PeopleClient } from '../../../../src/flameup/dryRun';
import { Loader } from '../../../../src/loading/loader';
import type { Outcome } from '../../../../src/loading/outcomes';
import { count, noCounts } from '../../../../src/loading/report';
import type { Person } from '../../../../src/mapping/person';
import { type Connection, connect } from '../../connection';
import { Failure, failureOf } from '../../failure';
import { KeptFingerprints, PREVIOUS_FINGERPRINT } from '../../keptFingerprints';
import { BATCH_OPTIONS, optionsParameter, PERSON_OPTIONS, REPEATED_IDS } from '../../options';
import { choice } from '../../parameters';
import {
	checkedPerson,
	type Output,
	outputParameters,
	type WriteResult,
	writtenOutput,
	writtenPerson,
} from '../../personOutput';
import { createPersonReader, type PersonReader } from '../../personReader';
import { countedRows, type Done, type Run } from '../../run';
import { savedRows, summaryHint, summaryJson, type Totals } from '../../summary';

const show = { resource: ['person'], operation: ['upsert'] };

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	...outputParameters(show, {
		name: 'Summary',
		value: 'summary',
		description:
			'One item with the counts, and nothing about single people. Failed rows are still output one by one, if the workflow goes on.',
	}),
	optionsParameter(show, ...PERSON_OPTIONS, ...BATCH_OPTIONS, PREVIOUS_FINGERPRINT),
];

/** Records that may be on their way before reading pauses: about 20 requests. */
const MAX_PENDING = { records: 2_000, characters: 16_000_000 } as const;

interface Row {
	readonly row: number;
	readonly userId: string;
	readonly emailLeftOut: boolean;
}

/** Ends the loading after a row that failed, when the workflow is to stop. */
const HALTED = new FlameupError({ code: 'stopped' });

/** Creates or updates everybody, a hundred at a time. */
export async function execute(run: Run): Promise<Done> {
	const { clock, parameters, results } = run;
	const startedAt = clock.now();
	const isSummary = parameters.raw('output') === 'summary';
	let upsert: Upsert | undefined;
	try {
		upsert = new Upsert(run, await connect(run), isSummary);
		await upsert.load();
	} catch (error) {
		results.failRest(failureOf(error));
	}
	const { dryRun, stats, totals } = upsert ?? NOTHING_DONE;
	const hints = [summaryHint(run, totals, dryRun), ...(upsert?.hints() ?? [])];
	const summary = isSummary && {
		json: summaryJson(run, totals, stats, clock.now() - startedAt, dryRun),
		pairedItem: results.succeededRows().map((item) => ({ item })),
	};
	return {
		progress: `${countedRows(dryRun ? 0 : savedRows(run, totals))} had been saved before this. Running the workflow again is safe, because people are matched by their user ID.`,
		hint: hints.filter((hint) => hint !== undefined).join(' '),
		warning: upsert?.warning(),
		...(summary && { summary }),
	};
}

const noTotals = (): Totals => ({ ...noCounts(), emailsLeftOut: 0 });

const NOTHING_DONE = { dryRun: false, stats: new DryRunClient().stats, totals: noTotals() };

/** What is odd about answers, as warnings. */
const ODD: Readonly<Record<Oddity, string>> = {
	miscounted:
		"The counts in some of Flameup's answers do not add up to the people sent. People whom an answer lists count as saved.",
	other_workspace:
		'Flameup answered for another workspace than the one in the credential. Check "Workspace ID".',
	same_person:
		'Flameup gave people with different user IDs the same ID, so their data may have been merged. Check them in Flameup.',
};

/** All rows of one execution on their way to Flameup. */
class Upsert {
	readonly #run: Run;
	readonly #isSummary: boolean;
	readonly #output: Output;
	readonly #reader: PersonReader;
	readonly #kept: KeptFingerprints;
	/** Output items that end with a fingerprint, and their people. */
	readonly #items: { readonly userId: string; readonly item: IDataObject }[] = [];
	readonly #loader: Loader<Row, never>;
	readonly #oddities = new Set<Oddity>();
	readonly dryRun: boolean;
	readonly stats: PeopleClient['stats'];
	readonly totals = noTotals();

	constructor(run: Run, { client, settings }: Connection, isSummary: boolean) {
		const { clock, parameters, stop } = run;
		this.#run = run;
		this.#isSummary = isSummary;
		this.#output = writtenOutput(run);
		this.#reader = createPersonReader(run, settings);
		this.#kept = new KeptFingerprints(run, settings);
		this.dryRun = settings.dry_run;
		const people = this.dryRun ? new DryRunClient() : client;
		this.stats = people.stats;
		this.#loader = new Loader(
			{
				client: people,
				settings,
				clock,
				stop,
				maxPending: MAX_PENDING,
				flushesByAge: false,
				showsPeople: !isSummary,
				changes: this.#kept.changes,
				separatesRepeats: choice(parameters, 'options.repeatedIds', REPEATED_IDS)(0) === 'separate',
			},
			{
				outcome: (outcome) => this.#settle(outcome),
				marker: () => undefined,
				odd: (oddity) => this.#oddities.add(oddity),
			},
		);
	}

	hints(): (string | undefined)[] {
		return [this.#reader.hint(), this.#kept.hint()];
	}

	warning(): string | undefined {
		const odd = [...this.#oddities].map((oddity) => ODD[oddity]);
		return [this.#reader.warning(), ...odd].filter(Boolean).join(' ') || undefined;
	}

	/** Settles every row in the results. */
	async load(): Promise<void> {
		const { clock, items, results, stop } = this.#run;
		const loader = this.#loader;
		for (let row = 0; row < items.length && loader.failure === undefined; row++) {
			if (stop.signal.aborted) loader.fail(new FlameupError({ code: 'stopped' }));
			else this.#add(row);
			await clock.pause();
			if (loader.isFull) await loader.room().catch(() => undefined);
		}
		await loader.end().catch((error: unknown) => {
			if (error !== HALTED) results.failRest(failureOf(error));
		});
		// Not before the end: a later row can have changed the same person.
		for (const { item, userId } of this.#items) item.fingerprint = this.#kept.textOf(userId);
	}

	#add(row: number): void {
		try {
			const mapped = this.#reader.read(row);
			const { userId } = mapped.person;
			this.#kept.recall(row, userId);
			this.#loader.add({ row, userId, emailLeftOut: mapped.emailLeftOut ?? false }, mapped);
		} catch (error) {
			this.#fail(row, failureOf(error));
		}
	}

	#settle(outcome: Outcome<Row>): void {
		const { emailLeftOut, row } = outcome.ref;
		count(this.totals, outcome);
		if (outcome.status === 'rejected') {
			this.#fail(row, new Failure(outcome.rejection));
			return;
		}
		if (outcome.status === 'upserted' && emailLeftOut) this.totals.emailsLeftOut++;
		this.#run.results.succeed(row, ...this.#shown(outcome));
	}

	#fail(row: number, failure: Failure): void {
		this.#run.results.fail(row, failure);
		if (!this.#run.continues) this.#loader.fail(HALTED);
	}

	/** What comes out for a row that was saved or is unchanged, if single rows come out. */
	#shown(outcome: Exclude<Outcome<Row>, { status: 'rejected' }>): IDataObject[] {
		if (this.#isSummary) return [];
		const { ref, status } = outcome;
		if (status === 'upserted' && this.dryRun) {
			return [checkedPerson(outcome.shown as unknown as Person)];
		}
		const shown = status === 'upserted' ? outcome.shown : undefined;
		const item = writtenPerson(ref.userId, resultOf(outcome), shown, this.#output, null);
		this.#items.push({ userId: ref.userId, item });
		return [item];
	}
}

function resultOf(outcome: Exclude<Outcome<Row>, { status: 'rejected' }>): WriteResult {
	if (outcome.status === 'unchanged') return outcome.status;
	const { change, exact, merged } = outcome;
	return merged ? 'merged' : exact && change ? change : 'saved';
}
