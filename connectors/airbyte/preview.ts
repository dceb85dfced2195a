import { type Clock, networkFault, type Transport } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import type { StorageAccess } from './fingerprints';
import { FirstRecords } from './firstRecords';
import { minutesFor, type Preview } from './previewResult';
import { PreviewWatcher } from './previewWatcher';
import type { ConfiguredStream } from './protocol';
import { write } from './write';

/** How many rejected records per code are named. */
const POSITIONS_SHOWN = 10;

/** What a preview needs. */
export interface PreviewOptions {
	readonly settings: Settings;
	readonly catalog: readonly ConfiguredStream[];
	readonly input: AsyncIterable<Buffer>;
	readonly clock: Clock;
	/** The number of records to read. */
	readonly records: number;
	/** The storage, if the settings have one; nothing is written. */
	readonly access?: StorageAccess | undefined;
}

/**
 * Runs a sync that sends nothing on the first records of the input, and tells what would become of them.
 * Throws what `write` would throw before it reads anything.
 */
export async function preview(options: PreviewOptions): Promise<Preview> {
	const { access, clock, records, settings } = options;
	const now = clock.now();
	const watched = new PreviewWatcher();
	const input = new FirstRecords(options.input, records, () => watched.received);
	try {
		await write({
			settings: asDryRun(settings),
			catalog: options.catalog,
			input,
			transport: NO_NETWORK,
			// Time stands still, so that only full batches are sent, however slow the source is.
			clock: { ...clock, now: () => now },
			stop: new AbortController(),
			printState: () => undefined,
			log: () => undefined,
			caughtUp: () => undefined,
			hash: (text) => text,
			watcher: watched,
			access,
		});
	} catch (error) {
		watched.fail(error);
	}
	const { requests_per_minute: requestsPerMinute } = settings.pace;
	const { people_per_request: peoplePerRequest } = settings.batches;
	const result = watched.result(!input.hasMore);
	const minutes = minutesFor(result.requests, requestsPerMinute);
	return { ...result, minutes, requestsPerMinute, peoplePerRequest };
}

const asDryRun = (settings: Settings): Settings => ({
	...settings,
	dry_run: true,
	rejected_records: {
		...settings.rejected_records,
		samples: POSITIONS_SHOWN,
		include_values: true,
	},
});

/** Never called in a dry run. */
const NO_NETWORK: Transport = () => Promise.resolve(networkFault('ENETUNREACH'));
