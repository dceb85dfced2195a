import type { Rejection } from '../../src/errors';
import type { Clock } from '../../src/ports';
import { type Settings, withoutSecrets } from '../../src/settings/settings';
import type { StorageAccess } from './fingerprints';
import { keptText, leftText, unkeptText } from './logMessages';
import type { LogLevel } from './protocol';
import { RejectedLists } from './rejectedLists';
import { writeText } from './storageText';
import { REPORTS, removeOld, runName } from './storedRuns';
import type { RecordRef } from './stream';
import { vocabulary } from './vocabulary';

/** What a kept run needs. */
export interface KeptRunOptions {
	readonly access: StorageAccess;
	readonly settings: Settings;
	readonly clock: Clock;
	hash(text: string): string;
	log(level: LogLevel, message: string): void;
	printState(line: string): void;
	/** Rejected records could not be saved. */
	onFailure(error: unknown): void;
}

/** What a run leaves in storage for its user: the lists of rejected records, and a report. */
export class KeptRun {
	readonly #options: KeptRunOptions;
	readonly #run: string;
	readonly #lists: RejectedLists;
	#printing: Promise<void> = Promise.resolve();
	#unprinted = 0;

	constructor(options: KeptRunOptions) {
		const { access, clock, settings } = options;
		this.#options = options;
		this.#run = runName(clock.now(), access.holder.run);
		this.#lists = new RejectedLists({
			...options,
			...access,
			settings: settings.rejected_records,
			run: this.#run,
			words: vocabulary(settings.rejected_records.include_values),
		});
	}

	/** Remembers a record as it came, until it is settled. */
	takes(ref: RecordRef, data: unknown): void {
		if (this.#options.settings.rejected_records.keep_values) ref.data = data;
	}

	rejects(ref: RecordRef, rejection: Rejection): void {
		const { log, settings } = this.#options;
		if (this.#lists.add(ref, rejection)) {
			log('WARN', leftText(settings.rejected_records.keep_megabytes));
		}
		if (this.#lists.isDue) void this.#save();
	}

	/** Resolves when more records may be read. */
	async room(): Promise<void> {
		if (this.#lists.isFull) await this.#save();
	}

	/** Prints a state once the rejected records before it are saved. */
	printState(line: string): void {
		const { printState } = this.#options;
		if (this.#lists.isSaved && this.#unprinted === 0) {
			printState(line);
			return;
		}
		this.#unprinted++;
		this.#printing = this.#printing
			.then(() => this.#lists.save())
			.then(() => {
				this.#unprinted--;
				printState(line);
			});
		this.#printing.catch((error) => this.#options.onFailure(error));
	}

	/** Resolves once all rejected records are saved and all states are printed; rejects if that fails. */
	async finish(): Promise<void> {
		await this.#lists.save();
		await this.#printing;
	}

	/** Writes the report, says where the lists are, and removes old ones. Never rejects. */
	async close(report: object): Promise<void> {
		const { access, clock, log, settings } = this.#options;
		const shown = withoutSecrets(settings);
		const text = JSON.stringify({ run: this.#run, ...report, settings: shown }, null, '\t');
		try {
			await this.#lists.save();
			await writeText(access.storage, `${REPORTS}${this.#run}.json`, `${text}\n`);
			const { keep_days } = settings.rejected_records;
			await removeOld(access.storage, keep_days, clock);
		} catch (error) {
			log('WARN', unkeptText(error));
		}
		if (this.#lists.names.size > 0) log('INFO', keptText([...this.#lists.names]));
	}

	async #save(): Promise<void> {
		try {
			await this.#lists.save();
		} catch (error) {
			this.#options.onFailure(error);
		}
	}
}
